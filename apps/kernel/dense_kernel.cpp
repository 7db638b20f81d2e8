// dense_kernel.cpp - a dense layer by a function of a user's file that multiplies two matrices.
#include "apps/kernel/device_array.h"
#include "apps/kernel/expected.h"
#include "apps/kernel/layer_kernels.h"
#include "kernels/dense/dense.h"

namespace gs::apps {
namespace {

using Product = void(const float*, const float*, float*, int, int, int);

/// The transpose of `from` [rows, columns].
void transpose(const float* from, int rows, int columns, const DeviceArray<float>& to) {
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) to[column * rows + row] = from[row * columns + column];
}

void forward(Product* product, float* y, const float* x, const float* w, const float* bias, const Dense& p) {
  const DeviceArray<float> from(x, std::int64_t(p.n) * p.in), weights(std::int64_t(p.in) * p.out),
      to(std::int64_t(p.n) * p.out);
  transpose(w, p.out, p.in, weights);
  product(from.data(), weights.data(), to.data(), p.n, p.out, p.in);
  for (std::int64_t i = 0; i < std::int64_t(p.n) * p.out; ++i) {
    const float value = to[i] + bias[i % p.out];
    y[i] = p.relu && value < 0 ? 0 : value;
  }
}

void data_gradient(Product* product, float* dx, const float* dy, const float* w, const float* relu_output,
                   const Dense& p) {
  const DeviceArray<float> from(dy, std::int64_t(p.n) * p.out), weights(w, std::int64_t(p.out) * p.in),
      to(std::int64_t(p.n) * p.in);
  product(from.data(), weights.data(), to.data(), p.n, p.in, p.out);
  for (std::int64_t i = 0; i < std::int64_t(p.n) * p.in; ++i)
    dx[i] = !relu_output ? to[i] : relu_output[i] <= 0 ? 0 : p.mask_scale * to[i];
}

void weight_gradient(Product* product, float* dw, float* db, const float* x, const float* dy, const Dense& p) {
  const DeviceArray<float> of_output(std::int64_t(p.n) * p.out), from(x, std::int64_t(p.n) * p.in),
      to(std::int64_t(p.out) * p.in);
  transpose(dy, p.n, p.out, of_output);
  product(of_output.data(), from.data(), to.data(), p.out, p.in, p.n);
  to.copy_to(dw);
  for (int o = 0; o < p.out; ++o) {
    db[o] = 0;
    for (std::int64_t i = 0; i < p.n; ++i) db[o] += dy[i * p.out + o];
  }
}

}  // namespace

void add_dense(GivenKernels& kernels, const std::string& layer, const KernelFile& file) {
  Product* const product =
      expected<Product>(file, layer, "launch", "const float* a, const float* b, float* c, int M, int N, int K");
  kernels.add<DenseForward<float>>(
      layer + " forward",
      {file.name(), [product](float* y, const float* x, const float* w, const float* bias, const Dense& p, void*,
                              stream_t) { forward(product, y, x, w, bias, p); }});
  kernels.add<DenseDataGradient<float>>(
      layer + " data gradient",
      {file.name(), [product](float* dx, const float* dy, const float* w, const float* relu_output, const Dense& p,
                              void*, stream_t) { data_gradient(product, dx, dy, w, relu_output, p); }});
  kernels.add<DenseWeightGradient<float>>(
      layer + " weight gradient",
      {file.name(), [product](float* dw, float* db, const float* x, const float* dy, const Dense& p, void*, stream_t) {
         weight_gradient(product, dw, db, x, dy, p);
       }});
}

}  // namespace gs::apps
