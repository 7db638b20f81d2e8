// simulated_cudnn_graph.cpp - convolutions, their gradients and pointwise operations on strided tensors.
#include "engine/library/simulated_cudnn_graph.h"

#include <algorithm>
#include <array>

#include "kernels/common/bf16.h"
#include "kernels/common/check.h"

namespace gs::simulated_cuda {

const std::vector<std::int64_t>& Attributes::all(cudnnBackendAttributeName_t name) const {
  const auto at = integers.find(name);
  require(at != integers.end(), "a required cuDNN attribute is not set");
  return at->second;
}
std::int64_t Attributes::integer(cudnnBackendAttributeName_t name) const {
  return all(name).at(0);
}
double Attributes::real(cudnnBackendAttributeName_t name) const {
  const auto at = reals.find(name);
  require(at != reals.end(), "a required cuDNN factor is not set");
  return at->second.at(0);
}
const Attributes& Attributes::descriptor(cudnnBackendAttributeName_t name) const {
  const auto at = descriptors.find(name);
  require(at != descriptors.end(), "a required cuDNN descriptor is not set");
  return *at->second.at(0);
}

namespace {

using Index = std::array<std::int64_t, 4>;  ///< N C H W; K C R S of filters

template <class Body>
void each_index(const Index& extent, const Body& body) {
  Index i{};
  for (i[0] = 0; i[0] < extent[0]; ++i[0])
    for (i[1] = 0; i[1] < extent[1]; ++i[1])
      for (i[2] = 0; i[2] < extent[2]; ++i[2])
        for (i[3] = 0; i[3] < extent[3]; ++i[3]) body(i);
}

/// A tensor and its memory.
class Tensor {
 public:
  Tensor(const Attributes& t, void* data) : data_(static_cast<std::byte*>(data)) {
    const auto& extents = t.all(CUDNN_ATTR_TENSOR_DIMENSIONS);
    const auto& strides = t.all(CUDNN_ATTR_TENSOR_STRIDES);
    require(extents.size() == 4 && strides.size() == 4, "a cuDNN tensor without four dimensions");
    std::ranges::copy(extents, extent.begin());
    std::ranges::copy(strides, stride_.begin());
    type_ = cudnnDataType_t(t.integer(CUDNN_ATTR_TENSOR_DATA_TYPE));
    require(type_ == CUDNN_DATA_FLOAT || type_ == CUDNN_DATA_BFLOAT16, "a cuDNN tensor of an unsupported type");
    const auto alignment = std::uintptr_t(t.integer(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT));
    require(reinterpret_cast<std::uintptr_t>(data) % alignment == 0, "a cuDNN tensor is not aligned as declared");
  }
  /// An extent of 1 is broadcast.
  float operator()(const Index& i) const {
    const std::int64_t at = offset(i);
    return type_ == CUDNN_DATA_FLOAT ? reinterpret_cast<const float*>(data_)[at]
                                     : widened(reinterpret_cast<const bf16*>(data_)[at]);
  }
  void put(const Index& i, float value) const {
    const std::int64_t at = offset(i);
    if (type_ == CUDNN_DATA_FLOAT)
      reinterpret_cast<float*>(data_)[at] = value;
    else
      reinterpret_cast<bf16*>(data_)[at] = rounded<bf16>(value);
  }
  template <class Body>
  void each(const Body& body) const {
    each_index(extent, body);
  }

  Index extent{};

 private:
  std::int64_t offset(const Index& i) const {
    std::int64_t at = 0;
    for (std::size_t d = 0; d < 4; ++d) at += (extent[d] == 1 ? 0 : i[d]) * stride_[d];
    return at;
  }
  Index stride_{};
  cudnnDataType_t type_;
  std::byte* data_;
};

/// A tensor in fp32, its last extent fastest and without gaps: the strides of a tensor are looked up once for each of
/// its elements, not once for each product.
using Values = std::vector<float>;

std::size_t place(const Index& i, const Index& extent) {
  return std::size_t(((i[0] * extent[1] + i[1]) * extent[2] + i[2]) * extent[3] + i[3]);
}
Values zeros(const Tensor& t) {
  return Values(std::size_t(t.extent[0] * t.extent[1] * t.extent[2] * t.extent[3]));
}
Values values_of(const Tensor& t) {
  Values values = zeros(t);
  t.each([&](const Index& i) { values[place(i, t.extent)] = t(i); });
  return values;
}
/// alpha * sums; beta must be 0, so the old output is not read.
void write(const Tensor& t, const Values& sums, double alpha, double beta) {
  require(beta == 0, "a cuDNN convolution that adds to its old output");
  t.each([&](const Index& i) { t.put(i, float(alpha) * sums[place(i, t.extent)]); });
}

class Graph {
 public:
  explicit Graph(const Attributes& pack) {
    const auto& ids = pack.all(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    const auto& pointers = pack.all(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    require(ids.size() == pointers.size(), "a cuDNN variant pack with different numbers of pointers and ids");
    for (std::size_t i = 0; i < ids.size(); ++i) pointers_[ids[i]] = reinterpret_cast<void*>(pointers[i]);
  }

  void run(const Attributes& operation) {
    switch (operation.type) {
      case CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR:
        return forward(operation);
      case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR:
        return data_gradient(operation);
      case CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR:
        return filter_gradient(operation);
      case CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR:
        return pointwise(operation);
      default:
        throw Error("a cuDNN operation that the simulation does not support");
    }
  }

 private:
  Tensor tensor(const Attributes& t) {
    const std::int64_t id = t.integer(CUDNN_ATTR_TENSOR_UNIQUE_ID);
    const auto is_virtual = t.integers.find(CUDNN_ATTR_TENSOR_IS_VIRTUAL);
    if (is_virtual != t.integers.end() && is_virtual->second.at(0)) {
      const auto &extents = t.all(CUDNN_ATTR_TENSOR_DIMENSIONS), &strides = t.all(CUDNN_ATTR_TENSOR_STRIDES);
      std::size_t size = 1;
      for (std::size_t d = 0; d < extents.size(); ++d) size += std::size_t((extents[d] - 1) * strides.at(d));
      std::vector<float>& values = virtual_[id];
      values.resize(size + 64);
      const std::size_t skipped = (256 - reinterpret_cast<std::uintptr_t>(values.data()) % 256) % 256 / sizeof(float);
      return {t, values.data() + skipped};
    }
    const auto at = pointers_.find(id);
    require(at != pointers_.end() && at->second, "a cuDNN tensor whose id has no pointer");
    return {t, at->second};
  }

  /// Calls body(place in y, place in w, place in x) for every product of a cross-correlation, except in the padding of
  /// x. A place is that of Values.
  template <class Body>
  static void each_product(const Attributes& c, const Index& x, const Index& w, const Index& y, const Body& body) {
    require(c.integer(CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION, "a mirrored convolution");
    const auto& pad = c.all(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
    const auto& post = c.all(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS);
    const auto& stride = c.all(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
    const auto& dilation = c.all(CUDNN_ATTR_CONVOLUTION_DILATIONS);
    for (std::size_t d = 0; d < 2; ++d)
      require(y[d + 2] == (x[d + 2] + pad[d] + post[d] - (w[d + 2] - 1) * dilation[d] - 1) / stride[d] + 1,
              "a convolution whose output has the wrong extents");
    const std::int64_t groups = x[1] / w[1], per_group = w[0] / groups;
    require(groups * w[1] == x[1] && groups * per_group == w[0] && y[1] == w[0] && y[0] == x[0],
            "a convolution whose channels do not fit");
    each_index(y, [&](const Index& at) {
      const std::size_t y_at = place(at, y);
      for (std::int64_t r = 0; r < w[2]; ++r)
        for (std::int64_t s = 0; s < w[3]; ++s) {
          const std::int64_t row = at[2] * stride[0] - pad[0] + r * dilation[0],
                             column = at[3] * stride[1] - pad[1] + s * dilation[1];
          if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
          std::size_t x_at = place({at[0], at[1] / per_group * w[1], row, column}, x),
                      w_at = place({at[1], 0, r, s}, w);
          for (std::int64_t channel = 0; channel < w[1]; ++channel) {
            body(y_at, w_at, x_at);
            x_at += std::size_t(x[2] * x[3]);
            w_at += std::size_t(w[2] * w[3]);
          }
        }
    });
  }

  void forward(const Attributes& o) {
    const Tensor x = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X)),
                 w = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W)),
                 y = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y));
    const Values from_x = values_of(x), from_w = values_of(w);
    Values sums = zeros(y);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC), x.extent, w.extent, y.extent,
                 [&](std::size_t at, std::size_t f, std::size_t from) { sums[at] += from_x[from] * from_w[f]; });
    write(y, sums, o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA),
          o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA));
  }
  void data_gradient(const Attributes& o) {
    const Tensor dx = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX)),
                 w = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W)),
                 dy = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY));
    const Values from_w = values_of(w), from_dy = values_of(dy);
    Values sums = zeros(dx);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC), dx.extent, w.extent, dy.extent,
                 [&](std::size_t at, std::size_t f, std::size_t to) { sums[to] += from_dy[at] * from_w[f]; });
    write(dx, sums, o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA),
          o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA));
  }
  void filter_gradient(const Attributes& o) {
    const Tensor x = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X)),
                 dw = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW)),
                 dy = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY));
    const Values from_x = values_of(x), from_dy = values_of(dy);
    Values sums = zeros(dw);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC), x.extent, dw.extent, dy.extent,
                 [&](std::size_t at, std::size_t f, std::size_t from) { sums[f] += from_dy[at] * from_x[from]; });
    write(dw, sums, o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA),
          o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA));
  }

  void pointwise(const Attributes& o) {
    const auto mode = o.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR).integer(CUDNN_ATTR_POINTWISE_MODE);
    const Tensor x = tensor(o.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_XDESC)),
                 y = tensor(o.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
    // NaN becomes 0: without CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP an engine may do so.
    if (mode == CUDNN_POINTWISE_RELU_FWD) return y.each([&](const Index& i) { y.put(i, x(i) > 0 ? x(i) : 0); });
    require(mode == CUDNN_POINTWISE_ADD, "a pointwise operation that the simulation does not support");
    const Tensor b = tensor(o.descriptor(CUDNN_ATTR_OPERATION_POINTWISE_BDESC));
    y.each([&](const Index& i) { y.put(i, x(i) + b(i)); });
  }

  std::map<std::int64_t, void*> pointers_;
  std::map<std::int64_t, std::vector<float>> virtual_;
};

}  // namespace

void run_graph(const Attributes& graph, const Attributes& pack) {
  Graph run(pack);
  for (const auto& operation : graph.descriptors.at(CUDNN_ATTR_OPERATIONGRAPH_OPS)) run.run(*operation);
}

}  // namespace gs::simulated_cuda
