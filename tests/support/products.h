// products.h - one interface to convolutions and dense layers for the tests: problems of odd sizes, references, and
// error bounds.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "kernels/common/registry.h"
#include "kernels/conv2d/conv2d_ref.h"
#include "kernels/dense/dense_ref.h"
#include "tests/support/compare.h"

namespace gs::test {

template <class Storage>
struct ConvolutionOf {
  using Stored = Storage;
  using Problem = Conv2d;
  using Forward = Conv2dForward<Storage>;
  using DataGradient = Conv2dDataGradient<Storage>;
  using FilterGradient = Conv2dFilterGradient<Storage>;

  static std::vector<Conv2d> problems() {
    return {
        {.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1},
        {.n = 2, .h = 5, .w = 7, .c = 1, .k = 8, .r = 3, .s = 3, .pad = 1},
        {.n = 3, .h = 9, .w = 11, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1},
        {.n = 2, .h = 6, .w = 19, .c = 5, .k = 33, .r = 3, .s = 3, .pad = 1},
        {.n = 1, .h = 8, .w = 8, .c = 16, .k = 32, .r = 3, .s = 3, .pad = 1},
        {.n = 2, .h = 9, .w = 8, .c = 2, .k = 17, .r = 5, .s = 5, .pad = 2},
        {.n = 2, .h = 8, .w = 7, .c = 3, .k = 4, .r = 3, .s = 3, .stride = 2, .pad = 1},
        {.n = 1, .h = 23, .w = 23, .c = 3, .k = 5, .r = 11, .s = 11, .stride = 4},
        {.n = 1, .h = 2, .w = 2, .c = 1, .k = 2, .r = 5, .s = 5, .pad = 2},  // the window is larger than the image
        {.n = 1, .h = 10, .w = 9, .c = 65, .k = 70, .r = 1, .s = 1},         // more than one tile each way
        {.n = 2, .h = 7, .w = 7, .c = 2, .k = 3, .r = 2, .s = 2},            // an even window, no padding
        {.n = 2, .h = 9, .w = 11, .c = 8, .k = 12, .r = 3, .s = 3, .stride = 2, .pad = 1},  // channels in fours
        {.n = 2, .h = 10, .w = 13, .c = 4, .k = 8, .r = 2, .s = 2, .stride = 3},  // the stride is larger than the
                                                                                  // window
        {.n = 2, .h = 68, .w = 64, .c = 20, .k = 20, .r = 1, .s = 1},             // blocks for a whole GPU: wide tiles
        {.n = 1, .h = 96, .w = 89, .c = 4, .k = 68, .r = 1, .s = 1},
        {.n = 3, .h = 5, .w = 6, .c = 7, .k = 12, .r = 3, .s = 3, .pad = 1},
        {.n = 4, .h = 6, .w = 5, .c = 12, .k = 33, .r = 3, .s = 3, .stride = 2, .pad = 1},
        {.n = 9, .h = 3, .w = 4, .c = 33, .k = 8, .r = 3, .s = 3, .pad = 1},
        {.n = 1, .h = 96, .w = 89, .c = 68, .k = 4, .r = 1, .s = 1},
        {.n = 2, .h = 6, .w = 5, .c = 4, .k = 6, .r = 3, .s = 3, .pad = 1, .groups = 2},
        {.n = 1, .h = 9, .w = 8, .c = 6, .k = 3, .r = 5, .s = 5, .stride = 2, .pad = 2, .groups = 3},
        {.n = 2, .h = 7, .w = 9, .c = 32, .k = 32, .r = 3, .s = 3, .pad = 1, .groups = 2},
        {.n = 2, .h = 6, .w = 7, .c = 10, .k = 14, .r = 3, .s = 3, .pad = 1, .groups = 2},  // odd groups: no vectors
        {.n = 2, .h = 5, .w = 6, .c = 9, .k = 9, .r = 3, .s = 3, .pad = 1, .groups = 9},    // depthwise
        {.n = 1, .h = 9, .w = 8, .c = 24, .k = 70, .r = 3, .s = 3, .stride = 2, .pad = 1, .groups = 2},
        {.n = 1, .h = 8, .w = 7, .c = 198, .k = 201, .r = 2, .s = 2, .groups = 3},  // partial tiles in each group
        {.n = 1, .h = 68, .w = 64, .c = 40, .k = 40, .r = 1, .s = 1, .groups = 2},  // blocks for a whole GPU, and
        {.n = 1, .h = 96, .w = 89, .c = 8, .k = 68, .r = 1, .s = 1, .groups = 2},   // sums over pixels in slices
        {.n = 1, .h = 96, .w = 89, .c = 80, .k = 8, .r = 1, .s = 1, .groups = 2},
    };
  }
  static std::int64_t x_size(const Conv2d& d) { return d.x_size(); }
  static std::int64_t y_size(const Conv2d& d) { return d.y_size(); }
  static std::int64_t w_size(const Conv2d& d) { return d.w_size(); }
  static std::int64_t outputs(const Conv2d& d) { return d.k; }
  static std::int64_t forward_terms(const Conv2d& d) { return d.w_size() / d.k + 1; }
  static std::int64_t data_gradient_terms(const Conv2d& d) { return d.w_size() / d.c; }
  static std::int64_t filter_gradient_terms(const Conv2d& d) { return d.y_size() / d.k; }
  static std::string describe(const Conv2d& d) {
    return std::to_string(d.n) + "x" + std::to_string(d.h) + "x" + std::to_string(d.w) + "x" + std::to_string(d.c) +
           " -> " + std::to_string(d.k) + ", window " + std::to_string(d.r) + ", stride " + std::to_string(d.stride) +
           ", padding " + std::to_string(d.pad) + ", groups " + std::to_string(d.groups) + (d.relu ? ", ReLU" : "");
  }
  template <class T>
  static ref::Sums forward(const Conv2d& d, const T* x, const T* w, const T* b) {
    return ref::conv2d_forward(d, x, w, b);
  }
  template <class T>
  static ref::Sums data_gradient(const Conv2d& d, const T* dy, const T* w, const T* relu_output) {
    return ref::conv2d_data_gradient(d, dy, w, relu_output);
  }
  template <class T>
  static void filter_gradient(const Conv2d& d, const T* x, const T* dy, ref::Sums& dw, ref::Sums& db) {
    ref::conv2d_filter_gradient(d, x, dy, dw, db);
  }
};
using Convolution = ConvolutionOf<float>;

template <class Storage>
struct FullyConnectedOf {
  using Stored = Storage;
  using Problem = Dense;
  using Forward = DenseForward<Storage>;
  using DataGradient = DenseDataGradient<Storage>;
  using FilterGradient = DenseWeightGradient<Storage>;

  static std::vector<Dense> problems() {
    return {{.n = 1, .in = 1, .out = 1},
            {.n = 3, .in = 5, .out = 7},
            {.n = 8, .in = 64, .out = 1},
            {.n = 2, .in = 17, .out = 10},
            {.n = 9, .in = 33, .out = 6},
            {.n = 16, .in = 130, .out = 65},
            {.n = 70, .in = 3, .out = 2},
            {.n = 8, .in = 2100, .out = 9},
            {.n = 7, .in = 1025, .out = 3},
            {.n = 4, .in = 12, .out = 12},
            {.n = 5, .in = 300, .out = 72},
            {.n = 6, .in = 8, .out = 16},
            {.n = 33, .in = 20, .out = 36},
            {.n = 65, .in = 72, .out = 8},
            {.n = 19, .in = 136, .out = 68},
            {.n = 12, .in = 1100, .out = 66},  // sums in slices, for each tile width
            {.n = 20, .in = 701, .out = 130},
            {.n = 40, .in = 600, .out = 5},
            {.n = 9, .in = 4300, .out = 3},
            {.n = 9, .in = 70, .out = 66, .mask_scale = 2.5f},  // mask_scale applies if there is a mask
            {.n = 65, .in = 37, .out = 3, .mask_scale = 1 / 0.6f}};
  }
  static std::int64_t x_size(const Dense& d) { return std::int64_t(d.n) * d.in; }
  static std::int64_t y_size(const Dense& d) { return std::int64_t(d.n) * d.out; }
  static std::int64_t w_size(const Dense& d) { return std::int64_t(d.in) * d.out; }
  static std::int64_t outputs(const Dense& d) { return d.out; }
  static std::int64_t forward_terms(const Dense& d) { return d.in + 1; }
  static std::int64_t data_gradient_terms(const Dense& d) { return d.out; }
  static std::int64_t filter_gradient_terms(const Dense& d) { return d.n; }
  static std::string describe(const Dense& d) {
    return std::to_string(d.n) + " x " + std::to_string(d.in) + " -> " + std::to_string(d.out) +
           (d.relu ? ", ReLU" : "");
  }
  template <class T>
  static ref::Sums forward(const Dense& d, const T* x, const T* w, const T* b) {
    return ref::dense_forward(d, x, w, b);
  }
  template <class T>
  static ref::Sums data_gradient(const Dense& d, const T* dy, const T* w, const T* relu_output) {
    return ref::dense_data_gradient(d, dy, w, relu_output);
  }
  template <class T>
  static void filter_gradient(const Dense& d, const T* x, const T* dy, ref::Sums& dw, ref::Sums& db) {
    ref::dense_weight_gradient(d, x, dy, dw, db);
  }
};
using FullyConnected = FullyConnectedOf<float>;

/// Error bound of each sum of products. Tensor cores (tf32, bf16) truncate fp32 sums instead of rounding them, so that
/// the errors of the `terms` additions accumulate and do not cancel. tf32 also rounds both factors to 11 significant
/// bits: the relative error is at most 2^-11 for a factor and 2^-10 + 2^-22 for a product.
inline std::vector<double> bounds(const ref::Sums& sums, std::int64_t terms, Arithmetic arithmetic = Arithmetic::fp32) {
  constexpr double eps = std::numeric_limits<float>::epsilon();
  std::vector<double> result;
  for (std::size_t i = 0; i < sums.value.size(); ++i) {
    double extra = 1e-30;
    if (arithmetic != Arithmetic::fp32) extra += double(terms) * eps * sums.magnitude[i];
    if (arithmetic == Arithmetic::tf32) extra += (0x1p-10 + 0x1p-22) * sums.magnitude[i];
    result.push_back(bound(sums.value[i], sums.magnitude[i], terms) + extra);
  }
  return result;
}

}  // namespace gs::test
