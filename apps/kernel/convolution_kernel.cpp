// convolution_kernel.cpp - a 3 x 3 convolution by a function of a user's file that convolves one picture.
#include "apps/kernel/device_array.h"
#include "apps/kernel/expected.h"
#include "apps/kernel/layer_kernels.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::apps {
namespace {

using Convolution = void(const float*, const float*, float*, int, int, int, int);

constexpr std::int64_t window = 9;  // elements

/// [K, 3, 3, C] -> [3, 3, C, K]
void filters_last(const float* w, const Conv2d& p, const DeviceArray<float>& to) {
  for (std::int64_t k = 0; k < p.k; ++k)
    for (std::int64_t i = 0; i < window * p.c; ++i) to[i * p.k + k] = w[k * window * p.c + i];
}
/// [K, 3, 3, C] -> [3, 3, K, C], the windows turned by 180 degrees
void turned(const float* w, const Conv2d& p, const DeviceArray<float>& to) {
  for (std::int64_t k = 0; k < p.k; ++k)
    for (std::int64_t i = 0; i < window; ++i)
      for (std::int64_t c = 0; c < p.c; ++c) to[((window - 1 - i) * p.k + k) * p.c + c] = w[(k * window + i) * p.c + c];
}

void convolve(Convolution* convolution, const float* pictures, const DeviceArray<float>& weights, float* outs,
              const Conv2d& p, int channels, int filters) {
  const std::int64_t pixels = std::int64_t(p.h) * p.w;
  for (std::int64_t n = 0; n < p.n; ++n) {
    const DeviceArray<float> picture(pictures + n * pixels * channels, pixels * channels), out(pixels * filters);
    convolution(picture.data(), weights.data(), out.data(), p.h, p.w, channels, filters);
    out.copy_to(outs + n * pixels * filters);
  }
}

void forward(Convolution* convolution, float* y, const float* x, const float* w, const float* bias, const Conv2d& p) {
  const DeviceArray<float> weights(p.w_size());
  filters_last(w, p, weights);
  convolve(convolution, x, weights, y, p, p.c, p.k);
  for (std::int64_t i = 0; i < p.y_size(); ++i) {
    y[i] += bias[i % p.k];
    if (p.relu && y[i] < 0) y[i] = 0;
  }
}

/// A convolution of dy, whose channels are the filters, with each window read backwards.
void data_gradient(Convolution* convolution, float* dx, const float* dy, const float* w, const float* relu_output,
                   const Conv2d& p) {
  const DeviceArray<float> weights(p.w_size());
  turned(w, p, weights);
  convolve(convolution, dy, weights, dx, p, p.k, p.c);
  if (!relu_output) return;
  for (std::int64_t i = 0; i < p.x_size(); ++i)
    if (relu_output[i] <= 0) dx[i] = 0;
}

void weight_gradient(Convolution* of_weights, float* dw, float* db, const float* x, const float* dy, const Conv2d& p) {
  const std::int64_t pixels = std::int64_t(p.h) * p.w;
  std::fill_n(dw, p.w_size(), 0.0f);
  std::fill_n(db, p.k, 0.0f);
  for (std::int64_t n = 0; n < p.n; ++n) {
    const DeviceArray<float> picture(x + n * pixels * p.c, pixels * p.c), gradient(dy + n * pixels * p.k, pixels * p.k),
        of_picture(p.w_size());
    of_weights(picture.data(), gradient.data(), of_picture.data(), p.h, p.w, p.c, p.k);
    for (std::int64_t k = 0; k < p.k; ++k)
      for (std::int64_t i = 0; i < window * p.c; ++i) dw[k * window * p.c + i] += of_picture[i * p.k + k];
    for (std::int64_t i = 0; i < pixels * p.k; ++i) db[i % p.k] += gradient[i];
  }
}

}  // namespace

void add_convolution(GivenKernels& kernels, const std::string& layer, const KernelFile& file) {
  Convolution* const convolution = expected<Convolution>(
      file, layer, "launch", "const float* picture, const float* weights, float* out, int H, int W, int C, int F");
  Convolution* const of_weights = file.function<Convolution>("launch_weights");
  if (!of_weights && !file.functions_called("launch_weights").empty())
    refuse_signature(file, layer, "launch_weights",
                     "void launch_weights(const float* picture, const float* gradient, float* dweights, int H, int W, "
                     "int C, int F), or none");
  const auto check = [layer, path = file.path()](const Conv2d& p) {
    if (p.r != 3 || p.s != 3 || p.stride != 1 || p.pad != 1 || p.groups != 1)
      throw UsageError(fmt::format(
          "--kernel: {} takes 3 x 3 convolutions with stride 1 and a border of 1, and {} is {} x {} with stride {}, "
          "border {} and {} group{}",
          path, layer, p.r, p.s, p.stride, p.pad, p.groups, p.groups == 1 ? "" : "s"));
  };
  kernels.add<Conv2dForward<float>>(
      layer + " forward", {file.name(),
                           [convolution](float* y, const float* x, const float* w, const float* bias, const Conv2d& p,
                                         void*, stream_t) { forward(convolution, y, x, w, bias, p); },
                           check});
  kernels.add<Conv2dDataGradient<float>>(
      layer + " data gradient",
      {file.name(),
       [convolution](float* dx, const float* dy, const float* w, const float* relu_output, const Conv2d& p, void*,
                     stream_t) { data_gradient(convolution, dx, dy, w, relu_output, p); },
       check});
  if (of_weights)
    kernels.add<Conv2dFilterGradient<float>>(
        layer + " filter gradient",
        {file.name(),
         [of_weights](float* dw, float* db, const float* x, const float* dy, const Conv2d& p, void*, stream_t) {
           weight_gradient(of_weights, dw, db, x, dy, p);
         },
         check});
}

}  // namespace gs::apps
