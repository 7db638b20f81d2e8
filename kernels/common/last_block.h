// last_block.h - the sums of several blocks, added by the last of them to arrive: no second kernel is needed.
//
// A long sum is cut into slices, one block each, of which none may wait for another: blocks run in any order, and some
// begin after others have ended. Each block writes its slice, then counts its arrival; whoever finds that it is the
// last adds all slices, in the order of their numbers: the sum does not depend on the order of arrival.
//
// One block that reads all slices would be slow, so slices s, s + teams, ... form a team. The last block of a team adds
// its slices, while other teams add theirs; the last team's block adds the teams' sums. These are the same additions as
// those of add_slices.h, in the same order.
//
// The counters lie at the start of the workspace; they are 0 before a launch and after it. A variant that has some says
// how many bytes they take (Variant::counter_bytes). Its calls then have a workspace of their own, which is zero before
// the first launch and keeps its content from launch to launch.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/common/parts.h"

namespace gs::GS_TARGET {

/// Teams of `slices` slices.
GS_BOTH constexpr int slice_teams(int slices) {
  return slices <= 32 ? 8 : 32;
}

/// Bytes of the counters of `sums` sums in `slices` slices: one for each team, one for the teams, in 256 bytes.
constexpr std::size_t slice_counter_bytes(int sums, int slices) {
  return std::size_t(parts(sums * (slice_teams(slices) + 1), 64)) * 256;
}

/// Counts the arrival of this block. True, for all of its threads, if all `blocks` blocks have arrived; they then see
/// what those wrote. `counter` is 0 at first, and again once all have arrived. All threads of the block must call it;
/// `last` is a place in shared memory that none of them uses otherwise until it has returned.
__device__ inline bool is_last_of(unsigned* counter, int blocks, int* last) {
  __syncthreads();
  if (threadIdx.x == 0 && threadIdx.y == 0) {
    __threadfence();  // what the block wrote before the barrier is visible before it has arrived
    *last = atomicInc(counter, unsigned(blocks) - 1) == unsigned(blocks) - 1;
    __threadfence();
  }
  __syncthreads();
  return *last;
}

/// Slices of one sum in the workspace.
struct SlicesOfSum {
  float4* partial;     ///< [slices, size]
  unsigned* counters;  ///< slice_teams(slices) + 1
  int slices, size;    ///< size: in fours of floats
};

/// Adds slices first, first + step, ... of element `at`.
__device__ inline float4 sum_of_slices(const SlicesOfSum& s, int first, int step, int end, int at) {
  float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll 8
  for (int slice = first; slice < end; slice += step) {
    const float4 v = s.partial[std::int64_t(slice) * s.size + at];
    sum.x += v.x, sum.y += v.y, sum.z += v.z, sum.w += v.w;
  }
  return sum;
}

/// Called by all `threads` threads of the block that has written `slice`; `thread`: this one's number. In the last
/// block to arrive, calls write(at, sum) for elements at = thread, thread + threads, ... `last` as in is_last_of().
template <int threads, class Write>
__device__ void add_slices_in_last_block(const SlicesOfSum& s, int slice, int thread, int* last, const Write& write) {
  const int teams = slice_teams(s.slices), team = slice % teams;
  if (s.slices > teams) {
    if (!is_last_of(s.counters + team, (s.slices - team + teams - 1) / teams, last)) return;
    for (int at = thread; at < s.size; at += threads)
      s.partial[std::int64_t(team) * s.size + at] = sum_of_slices(s, team, teams, s.slices, at);
  }
  const int present = s.slices < teams ? s.slices : teams;
  if (!is_last_of(s.counters + teams, present, last)) return;
  for (int at = thread; at < s.size; at += threads) write(at, sum_of_slices(s, 0, 1, present, at));
}

}  // namespace gs::GS_TARGET
