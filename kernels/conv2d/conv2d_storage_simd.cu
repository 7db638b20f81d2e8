// conv2d_storage_simd.cu - conv2d_simd and conv2d_filter_simd on bf16 (`bf16_emulated`) and on tf32
// (`tf32_emulated`).
//
// `bf16_emulated` convolves fp32 copies of its inputs and rounds the result to bf16; `tf32_emulated` convolves copies
// of the factors rounded to tf32, so that the effect of tf32 on training can be studied without a GPU. Both move more
// bytes than fp32 and are slower: they reproduce the numbers of tensor cores, not their speed.
#include <algorithm>

#include "kernels/bias/bias_launchers.h"
#include "kernels/common/registration.h"
#include "kernels/common/storage_simd.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d/conv2d_launchers.h"

namespace gs::GS_TARGET {

namespace {

Rows bias_rows(const Conv2d& d) {
  return {d.y_size() / d.k, d.k};
}

std::size_t conv2d_forward_bf16_emulated_workspace(const Conv2d& d) {
  return FloatPieces::bytes({d.x_size(), d.w_size(), d.k, d.y_size()}) + conv2d_forward_simd_workspace(d);
}

void conv2d_forward_bf16_emulated(bf16* y, const bf16* x, const bf16* w, const bf16* bias, const Conv2d& d,
                                  void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_x = widened(pieces.take(d.x_size()), x, d.x_size());
  const float* const wide_w = widened(pieces.take(d.w_size()), w, d.w_size());
  const float* const wide_bias = widened(pieces.take(d.k), bias, d.k);
  float* const wide_y = pieces.take(d.y_size());
  conv2d_forward_simd(wide_y, wide_x, wide_w, wide_bias, d, pieces.rest(), s);
  round_back(y, wide_y, d.y_size());
}

std::size_t conv2d_data_gradient_bf16_emulated_workspace(const Conv2d& d) {
  return FloatPieces::bytes({d.y_size(), d.w_size(), d.x_size()}) + conv2d_data_gradient_simd_workspace(d);
}

void conv2d_data_gradient_bf16_emulated(bf16* dx, const bf16* dy, const bf16* w, const bf16* relu_output,
                                        const Conv2d& d, void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_dy = widened(pieces.take(d.y_size()), dy, d.y_size());
  const float* const wide_w = widened(pieces.take(d.w_size()), w, d.w_size());
  float* const wide_dx = pieces.take(d.x_size());
  conv2d_data_gradient_simd(wide_dx, wide_dy, wide_w, nullptr, d, pieces.rest(), s);
  round_back(dx, wide_dx, relu_output, d.x_size());
}

std::size_t conv2d_filter_gradient_bf16_emulated_workspace(const Conv2d& d) {
  return FloatPieces::bytes({d.x_size(), d.y_size()}) + conv2d_filter_gradient_simd_workspace(d);
}

void conv2d_filter_gradient_bf16_emulated(float* dw, float* db, const bf16* x, const bf16* dy, const Conv2d& d,
                                          void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_x = widened(pieces.take(d.x_size()), x, d.x_size());
  const float* const wide_dy = widened(pieces.take(d.y_size()), dy, d.y_size());
  conv2d_filter_gradient_simd(dw, db, wide_x, wide_dy, d, pieces.rest(), s);
}

// `tf32_emulated` must support every problem, because a tf32 run may not fall back to an fp32 variant. It uses `direct`
// for problems that `simd` does not support.

std::size_t conv2d_forward_tf32_emulated_workspace(const Conv2d& d) {
  return FloatPieces::bytes({d.x_size(), d.w_size()}) + (d.groups == 1 ? conv2d_forward_simd_workspace(d) : 0);
}

void conv2d_forward_tf32_emulated(float* y, const float* x, const float* w, const float* bias, const Conv2d& d,
                                  void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_x = rounded_to_tf32(pieces.take(d.x_size()), x, d.x_size());
  const float* const tf32_w = rounded_to_tf32(pieces.take(d.w_size()), w, d.w_size());
  const auto convolve = d.groups == 1 ? &conv2d_forward_simd : &conv2d_forward_direct<float>;
  convolve(y, tf32_x, tf32_w, bias, d, pieces.rest(), s);
}

std::size_t conv2d_data_gradient_tf32_emulated_workspace(const Conv2d& d) {
  return FloatPieces::bytes({d.y_size(), d.w_size()}) +
         (conv2d_data_gradient_simd_supports(d) ? conv2d_data_gradient_simd_workspace(d) : 0);
}

void conv2d_data_gradient_tf32_emulated(float* dx, const float* dy, const float* w, const float* relu_output,
                                        const Conv2d& d, void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_dy = rounded_to_tf32(pieces.take(d.y_size()), dy, d.y_size());
  const float* const tf32_w = rounded_to_tf32(pieces.take(d.w_size()), w, d.w_size());
  const auto convolve =
      conv2d_data_gradient_simd_supports(d) ? &conv2d_data_gradient_simd : &conv2d_data_gradient_direct<float>;
  convolve(dx, tf32_dy, tf32_w, relu_output, d, pieces.rest(), s);
}

std::size_t conv2d_filter_gradient_tf32_emulated_workspace(const Conv2d& d) {
  const std::size_t products = d.groups == 1 ? conv2d_filter_gradient_simd_workspace(d) : 0;
  return FloatPieces::bytes({d.x_size(), d.y_size()}) + std::max(products, bias_gradient_rows_workspace(bias_rows(d)));
}

/// The bias gradient has no products, so it sums the unrounded dy.
void conv2d_filter_gradient_tf32_emulated(float* dw, float* db, const float* x, const float* dy, const Conv2d& d,
                                          void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_x = rounded_to_tf32(pieces.take(d.x_size()), x, d.x_size());
  const float* const tf32_dy = rounded_to_tf32(pieces.take(d.y_size()), dy, d.y_size());
  const auto multiply = d.groups == 1 ? &conv2d_filter_gradient_simd : &conv2d_filter_gradient_direct<float>;
  multiply(dw, db, tf32_x, tf32_dy, d, pieces.rest(), s);
  bias_gradient_rows(db, dy, bias_rows(d), pieces.rest(), s);
}

void add_variants(Registry& registry) {
  registry.add<Conv2dForward<float>>({.name = "tf32_emulated",
                                      .rank = 4,
                                      .targets = on_host,
                                      .launch = &conv2d_forward_tf32_emulated,
                                      .workspace_bytes = &conv2d_forward_tf32_emulated_workspace,
                                      .arithmetic = Arithmetic::tf32});
  registry.add<Conv2dForward<bf16>>({.name = "bf16_emulated",
                                     .rank = 4,
                                     .targets = on_host,
                                     .launch = &conv2d_forward_bf16_emulated,
                                     .supports = &ungrouped,
                                     .workspace_bytes = &conv2d_forward_bf16_emulated_workspace});
  registry.add<Conv2dDataGradient<float>>({.name = "tf32_emulated",
                                           .rank = 4,
                                           .targets = on_host,
                                           .launch = &conv2d_data_gradient_tf32_emulated,
                                           .workspace_bytes = &conv2d_data_gradient_tf32_emulated_workspace,
                                           .arithmetic = Arithmetic::tf32});
  registry.add<Conv2dDataGradient<bf16>>({.name = "bf16_emulated",
                                          .rank = 4,
                                          .targets = on_host,
                                          .launch = &conv2d_data_gradient_bf16_emulated,
                                          .supports = &conv2d_data_gradient_simd_supports,
                                          .workspace_bytes = &conv2d_data_gradient_bf16_emulated_workspace});
  registry.add<Conv2dFilterGradient<float>>({.name = "tf32_emulated",
                                             .rank = 4,
                                             .targets = on_host,
                                             .launch = &conv2d_filter_gradient_tf32_emulated,
                                             .workspace_bytes = &conv2d_filter_gradient_tf32_emulated_workspace,
                                             .arithmetic = Arithmetic::tf32});
  registry.add<Conv2dFilterGradient<bf16>>({.name = "bf16_emulated",
                                            .rank = 4,
                                            .targets = on_host,
                                            .launch = &conv2d_filter_gradient_bf16_emulated,
                                            .supports = &ungrouped,
                                            .workspace_bytes = &conv2d_filter_gradient_bf16_emulated_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
