// tensor_cases.h - the launchers of tensor_kernels.cu, on both CPU targets.
#pragma once
#include <cstdint>

#define GS_DECLARE_TENSOR_KERNELS(target)                                                     \
  namespace gs::target {                                                                      \
  void tensor_multiply_tf32(float* d, const float* a, const float* b, bool rounded);          \
  void tensor_multiply_bf16(float* d, const std::uint16_t* a, const std::uint16_t* b);        \
  void tensor_multiply_bf16_turned(float* d, const std::uint16_t* a, const std::uint16_t* b); \
  void tensor_load_matrices_turned(std::uint32_t* r, const std::uint32_t* words);             \
  void tensor_load_matrices(std::uint32_t* r, const std::uint32_t* words);                    \
  void tensor_multiply_in_part(float* d, unsigned threads);                                   \
  void tensor_multiply_beside_ldmatrix(float* d);                                             \
  void tensor_copy_in_groups(float* y, const float* x, int waits);                            \
  void tensor_end_without_wait(const float* x, bool committed);                               \
  void tensor_copy_unaligned(const float* x);                                                 \
  std::uint32_t tensor_round(float x);                                                        \
  }
GS_DECLARE_TENSOR_KERNELS(host)
GS_DECLARE_TENSOR_KERNELS(sim)
#undef GS_DECLARE_TENSOR_KERNELS
