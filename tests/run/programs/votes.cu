// Votes of a warp: a bit per lane that agrees, counted with __popc, the first one found with __ffs.
#include <cuda_runtime.h>

#include <cstdio>

struct Vote {
  unsigned ballot;
  int count, first, any_above_90, all_below_100, my_place;
};

__global__ void vote(const int* in, Vote* votes) {
  const unsigned everyone = 0xffffffffu;
  const int lane = threadIdx.x % 32, value = in[threadIdx.x];
  const unsigned even = __ballot_sync(everyone, value % 2 == 0);
  const unsigned below_me = even & ((1u << lane) - 1);
  votes[threadIdx.x] = {even,
                        __popc(even),
                        __ffs(even) - 1,
                        __any_sync(everyone, value > 90),
                        __all_sync(everyone, value < 100),
                        __popc(below_me)};
}

int main() {
  const int n = 96;
  int in[n];
  for (int i = 0; i < n; ++i) in[i] = i < 64 ? (i * i + i / 2) % 97 + i / 32 * 20 : 2 * i % 64 + 1;
  int* d_in;
  Vote *d_votes, votes[n];
  cudaMalloc(&d_in, sizeof in);
  cudaMalloc(&d_votes, sizeof votes);
  cudaMemcpy(d_in, in, sizeof in, cudaMemcpyHostToDevice);
  vote<<<1, n>>>(d_in, d_votes);
  cudaMemcpy(votes, d_votes, sizeof votes, cudaMemcpyDeviceToHost);
  cudaFree(d_in);
  cudaFree(d_votes);

  for (int i = 0; i < n; ++i) {
    Vote expected = {0, 0, -1, 0, 1, 0};
    for (int lane = 31; lane >= 0; --lane) {
      const int value = in[i / 32 * 32 + lane];
      if (value % 2 == 0) {
        expected.ballot |= 1u << lane;
        ++expected.count;
        expected.first = lane;
        expected.my_place += lane < i % 32;
      }
      expected.any_above_90 |= value > 90;
      expected.all_below_100 &= value < 100;
    }
    const Vote& v = votes[i];
    if (v.ballot != expected.ballot || v.count != expected.count || v.first != expected.first ||
        (v.any_above_90 != 0) != expected.any_above_90 || (v.all_below_100 != 0) != expected.all_below_100 ||
        v.my_place != expected.my_place) {
      printf("thread %d saw %08x, should be %08x\n", i, v.ballot, expected.ballot);
      return 1;
    }
  }
  for (int warp = 0; warp < 3; ++warp)
    printf("warp %d: %d even, first %d, one above 90: %s, all below 100: %s\n", warp, votes[32 * warp].count,
           votes[32 * warp].first, votes[32 * warp].any_above_90 ? "yes" : "no",
           votes[32 * warp].all_below_100 ? "yes" : "no");
  printf("right\n");
  return 0;
}
