// dense_storage_simd.cu - dense_simd on bf16 (`bf16_emulated`) and on tf32 (`tf32_emulated`), through converted copies.
// As conv2d_storage_simd.cu, it reproduces the numbers of tensor cores and is not meant to be fast.
#include "kernels/bias/bias_launchers.h"
#include "kernels/common/registration.h"
#include "kernels/common/storage_simd.h"
#include "kernels/dense/dense.h"
#include "kernels/dense/dense_launchers.h"

namespace gs::GS_TARGET {

namespace {

std::int64_t x_size(const Dense& d) {
  return std::int64_t(d.n) * d.in;
}
std::int64_t y_size(const Dense& d) {
  return std::int64_t(d.n) * d.out;
}
std::int64_t w_size(const Dense& d) {
  return std::int64_t(d.in) * d.out;
}

std::size_t dense_forward_bf16_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({x_size(d), w_size(d), d.out, y_size(d)});
}

void dense_forward_bf16_emulated(bf16* y, const bf16* x, const bf16* w, const bf16* bias, const Dense& d,
                                 void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_x = widened(pieces.take(x_size(d)), x, x_size(d));
  const float* const wide_w = widened(pieces.take(w_size(d)), w, w_size(d));
  const float* const wide_bias = widened(pieces.take(d.out), bias, d.out);
  float* const wide_y = pieces.take(y_size(d));
  dense_forward_simd(wide_y, wide_x, wide_w, wide_bias, d, nullptr, s);
  round_back(y, wide_y, y_size(d));
}

std::size_t dense_data_gradient_bf16_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({y_size(d), w_size(d), x_size(d)});
}

void dense_data_gradient_bf16_emulated(bf16* dx, const bf16* dy, const bf16* w, const bf16* relu_output, const Dense& d,
                                       void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_dy = widened(pieces.take(y_size(d)), dy, y_size(d));
  const float* const wide_w = widened(pieces.take(w_size(d)), w, w_size(d));
  float* const wide_dx = pieces.take(x_size(d));
  dense_data_gradient_simd(wide_dx, wide_dy, wide_w, nullptr, d, nullptr, s);
  round_back(dx, wide_dx, relu_output, x_size(d), d.mask_scale);
}

std::size_t dense_weight_gradient_bf16_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({x_size(d), y_size(d)});
}

void dense_weight_gradient_bf16_emulated(float* dw, float* db, const bf16* x, const bf16* dy, const Dense& d,
                                         void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const wide_x = widened(pieces.take(x_size(d)), x, x_size(d));
  const float* const wide_dy = widened(pieces.take(y_size(d)), dy, y_size(d));
  dense_weight_gradient_simd(dw, db, wide_x, wide_dy, d, nullptr, s);
}

std::size_t dense_forward_tf32_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({x_size(d), w_size(d)});
}

void dense_forward_tf32_emulated(float* y, const float* x, const float* w, const float* bias, const Dense& d,
                                 void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_x = rounded_to_tf32(pieces.take(x_size(d)), x, x_size(d));
  const float* const tf32_w = rounded_to_tf32(pieces.take(w_size(d)), w, w_size(d));
  dense_forward_simd(y, tf32_x, tf32_w, bias, d, nullptr, s);
}

std::size_t dense_data_gradient_tf32_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({y_size(d), w_size(d)});
}

void dense_data_gradient_tf32_emulated(float* dx, const float* dy, const float* w, const float* relu_output,
                                       const Dense& d, void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_dy = rounded_to_tf32(pieces.take(y_size(d)), dy, y_size(d));
  const float* const tf32_w = rounded_to_tf32(pieces.take(w_size(d)), w, w_size(d));
  dense_data_gradient_simd(dx, tf32_dy, tf32_w, relu_output, d, nullptr, s);
}

std::size_t dense_weight_gradient_tf32_emulated_workspace(const Dense& d) {
  return FloatPieces::bytes({x_size(d), y_size(d)}) + bias_gradient_rows_workspace({d.n, d.out});
}

/// The bias gradient has no products, so it sums the unrounded dy.
void dense_weight_gradient_tf32_emulated(float* dw, float* db, const float* x, const float* dy, const Dense& d,
                                         void* workspace, stream_t s) {
  FloatPieces pieces(workspace);
  const float* const tf32_x = rounded_to_tf32(pieces.take(x_size(d)), x, x_size(d));
  const float* const tf32_dy = rounded_to_tf32(pieces.take(y_size(d)), dy, y_size(d));
  dense_weight_gradient_simd(dw, db, tf32_x, tf32_dy, d, nullptr, s);
  bias_gradient_rows(db, dy, {d.n, d.out}, pieces.rest(), s);
}

void add_variants(Registry& registry) {
  registry.add<DenseForward<float>>({.name = "tf32_emulated",
                                     .rank = 4,
                                     .targets = on_host,
                                     .launch = &dense_forward_tf32_emulated,
                                     .workspace_bytes = &dense_forward_tf32_emulated_workspace,
                                     .arithmetic = Arithmetic::tf32});
  registry.add<DenseForward<bf16>>({.name = "bf16_emulated",
                                    .rank = 4,
                                    .targets = on_host,
                                    .launch = &dense_forward_bf16_emulated,
                                    .workspace_bytes = &dense_forward_bf16_emulated_workspace});
  registry.add<DenseDataGradient<float>>({.name = "tf32_emulated",
                                          .rank = 4,
                                          .targets = on_host,
                                          .launch = &dense_data_gradient_tf32_emulated,
                                          .workspace_bytes = &dense_data_gradient_tf32_emulated_workspace,
                                          .arithmetic = Arithmetic::tf32});
  registry.add<DenseDataGradient<bf16>>({.name = "bf16_emulated",
                                         .rank = 4,
                                         .targets = on_host,
                                         .launch = &dense_data_gradient_bf16_emulated,
                                         .workspace_bytes = &dense_data_gradient_bf16_emulated_workspace});
  registry.add<DenseWeightGradient<float>>({.name = "tf32_emulated",
                                            .rank = 5,
                                            .targets = on_host,
                                            .launch = &dense_weight_gradient_tf32_emulated,
                                            .workspace_bytes = &dense_weight_gradient_tf32_emulated_workspace,
                                            .arithmetic = Arithmetic::tf32});
  registry.add<DenseWeightGradient<bf16>>({.name = "bf16_emulated",
                                           .rank = 5,
                                           .targets = on_host,
                                           .launch = &dense_weight_gradient_bf16_emulated,
                                           .workspace_bytes = &dense_weight_gradient_bf16_emulated_workspace});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
