// count_cases.h - kernels whose blocks, barriers and accesses of memory can be counted by hand (count_kernels.cu).
#pragma once
#include <cstdint>

#include "kernels/common/bf16.h"
#include "kernels/common/target.h"

namespace gs {

/// A structure as long as three accesses of 16 bytes.
struct alignas(16) Record {
  double values[6];
};

#define GS_DECLARE_COUNT_KERNELS(target)                                          \
  namespace target {                                                              \
  void count_load(float* y, const float* x, int stride, int offset);              \
  void count_wide(float* y, const float* x);                                      \
  void count_narrow(float* y, const bf16* x, int stride);                         \
  void count_shared(float* y, int stride);                                        \
  void count_shared_wide(float* y, int width, int stride);                        \
  void count_branch(float* y, const float* x);                                    \
  void count_two_ways(float* y, const float* x, const float* z);                  \
  void count_triangle(float* y, const float* x);                                  \
  void count_nested_loops(float* y, const float* x);                              \
  void count_tail(float* y, const float* x, std::int64_t n);                      \
  void count_leaving(float* y, const float* x);                                   \
  void count_barriers(float* y, unsigned blocks, unsigned threads, int barriers); \
  void count_atomics(int* y);                                                     \
  void count_async(float* y, const float* x);                                     \
  void count_matrix_rows(std::uint32_t* y, int pitch);                            \
  void count_record(Record* y, const Record* x);                                  \
  void count_many(float* y, const float* x, std::int64_t accesses);               \
  }
GS_DECLARE_COUNT_KERNELS(host)
GS_DECLARE_COUNT_KERNELS(sim)
#undef GS_DECLARE_COUNT_KERNELS

}  // namespace gs
