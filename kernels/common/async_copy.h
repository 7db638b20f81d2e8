// async_copy.h - asynchronous copies from global to shared memory (cp.async).
//
//   async_copy_16(to, from, inside); ...   starts 16-byte copies; async_copy_4 for addresses aligned to 4 bytes only
//   async_commit();                        closes the group of copies started since the last commit
//   async_wait<n>();                       waits until at most the n latest groups of this thread are pending
//
// If `inside` is false, nothing is read and zeros are written. A thread waits for its own copies only: a barrier
// after the wait makes them visible to the others. In the simulator a copy completes at its wait and the destination
// holds NaN until then; a thread that ends with pending copies is an error.
#pragma once
#include "kernels/common/kernel.h"

#ifdef __CUDACC__
namespace gs::GS_TARGET {

__device__ inline void async_copy_16(void* to, const void* from, bool inside) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(__cvta_generic_to_global(from)),
               "r"(inside ? 16 : 0)
               : "memory");
}
__device__ inline void async_copy_4(void* to, const void* from, bool inside) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(address), "l"(__cvta_generic_to_global(from)),
               "r"(inside ? 4 : 0)
               : "memory");
}
__device__ inline void async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int groups>
__device__ inline void async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
}

}  // namespace gs::GS_TARGET
#else
#include "kernels/sim/async_copy.h"
#endif
