// cuda_pipeline.h - asynchronous copies from global to shared memory (compute capability 8.0 and later).
#pragma once
#include "kernels/common/async_copy.h"

/// Copies `bytes` bytes, of which the last `zeros` are zeros instead. 4, 8 or 16, aligned to themselves.
__forceinline__ void __pipeline_memcpy_async(void* to, const void* from, std::size_t bytes, std::size_t zeros = 0) {
  if (bytes != 4 && bytes != 8 && bytes != 16) gs::simulator::fail("__pipeline_memcpy_async copies 4, 8 or 16 bytes");
  if (zeros != 0 && zeros != bytes) gs::simulator::fail("__pipeline_memcpy_async with part of its bytes as zeros");
  if (bytes == 16) return gs::sim::async_copy_16(to, from, zeros == 0);
  for (std::size_t at = 0; at < bytes; at += 4)
    gs::sim::async_copy_4(static_cast<char*>(to) + at, static_cast<const char*>(from) + at, zeros == 0);
}
inline void __pipeline_commit() {
  gs::sim::async_commit();
}
/// Waits for this thread's copies but those of its `groups` last commits.
__forceinline__ void __pipeline_wait_prior(std::size_t groups) {
  for (gs::simulator::AsyncCopy copy; gs::simulator::finish_async_copy(int(groups), copy);)
    for (int i = 0; i < copy.words; ++i) static_cast<gs::sim::detail::Word*>(copy.to)[i] = copy.data[i];
}
