// async_copy.h - the simulator's version of kernels/common/async_copy.h. A copy reads its source at issue and writes
// its destination at the wait; until then the destination holds NaN.
#pragma once
#include "kernels/sim/runtime.h"

namespace gs::GS_TARGET {

namespace detail {
using Word __attribute__((may_alias)) = std::uint32_t;

// Always inlined, like all accesses here, so that the race checker names the kernel's line.
template <int words>
__forceinline__ void async_copy(void* to, const void* from, bool inside) {
  if (reinterpret_cast<std::uintptr_t>(to) % (4 * words) != 0 ||
      (inside && reinterpret_cast<std::uintptr_t>(from) % (4 * words) != 0))
    simulator::fail("an asynchronous copy needs addresses aligned to the bytes it moves");
  simulator::count_whole(simulator::WholeAccess::global_load, from, inside ? 4 * words : 0);
  simulator::count_whole(simulator::WholeAccess::shared_store, to, 4 * words);
  simulator::AsyncCopy copy{to, words, {}};
  for (int i = 0; i < words; ++i) {
    if (inside) copy.data[i] = static_cast<const Word*>(from)[i];
    static_cast<Word*>(to)[i] = ~0u;
  }
  simulator::start_async_copy(copy);
}
}  // namespace detail

__forceinline__ void async_copy_16(void* to, const void* from, bool inside) {
  detail::async_copy<4>(to, from, inside);
}
__forceinline__ void async_copy_4(void* to, const void* from, bool inside) {
  detail::async_copy<1>(to, from, inside);
}
inline void async_commit() {
  simulator::commit_async_copies();
}
template <int groups>
__forceinline__ void async_wait() {
  for (simulator::AsyncCopy copy; simulator::finish_async_copy(groups, copy);)
    for (int i = 0; i < copy.words; ++i) static_cast<detail::Word*>(copy.to)[i] = copy.data[i];
}

}  // namespace gs::GS_TARGET
