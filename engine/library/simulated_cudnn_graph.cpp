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

using Index = std::array<std::int64_t, 4>;

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
    Index i{};
    for (i[0] = 0; i[0] < extent[0]; ++i[0])
      for (i[1] = 0; i[1] < extent[1]; ++i[1])
        for (i[2] = 0; i[2] < extent[2]; ++i[2])
          for (i[3] = 0; i[3] < extent[3]; ++i[3]) body(i);
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
      std::size_t size = 1;
      for (const std::int64_t extent : t.all(CUDNN_ATTR_TENSOR_DIMENSIONS)) size *= std::size_t(extent);
      std::vector<float>& values = virtual_[id];
      values.resize(size + 64);
      const std::size_t skipped = (256 - reinterpret_cast<std::uintptr_t>(values.data()) % 256) % 256 / sizeof(float);
      return {t, values.data() + skipped};
    }
    const auto at = pointers_.find(id);
    require(at != pointers_.end() && at->second, "a cuDNN tensor whose id has no pointer");
    return {t, at->second};
  }

  /// Calls body(index in y, index in w, index in x) for every product of a cross-correlation, except in the padding of
  /// x. Indices are N C H W in x and y, K C R S in w.
  template <class Body>
  static void each_product(const Attributes& c, const Tensor& x, const Tensor& w, const Tensor& y, const Body& body) {
    require(c.integer(CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION, "a mirrored convolution");
    const auto& pad = c.all(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
    const auto& post = c.all(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS);
    const auto& stride = c.all(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
    const auto& dilation = c.all(CUDNN_ATTR_CONVOLUTION_DILATIONS);
    for (std::size_t d = 0; d < 2; ++d)
      require(y.extent[d + 2] ==
                  (x.extent[d + 2] + pad[d] + post[d] - (w.extent[d + 2] - 1) * dilation[d] - 1) / stride[d] + 1,
              "a convolution whose output has the wrong extents");
    const std::int64_t groups = x.extent[1] / w.extent[1], per_group = w.extent[0] / groups;
    require(groups * w.extent[1] == x.extent[1] && groups * per_group == w.extent[0] && y.extent[1] == w.extent[0] &&
                y.extent[0] == x.extent[0],
            "a convolution whose channels do not fit");
    y.each([&](const Index& at) {
      Index f{at[1]};  // the filter of this output channel
      for (f[2] = 0; f[2] < w.extent[2]; ++f[2])
        for (f[3] = 0; f[3] < w.extent[3]; ++f[3]) {
          Index from{at[0], 0, at[2] * stride[0] - pad[0] + f[2] * dilation[0],
                     at[3] * stride[1] - pad[1] + f[3] * dilation[1]};
          if (from[2] < 0 || from[2] >= x.extent[2] || from[3] < 0 || from[3] >= x.extent[3]) continue;
          for (f[1] = 0; f[1] < w.extent[1]; ++f[1]) {
            from[1] = at[1] / per_group * w.extent[1] + f[1];
            body(at, f, from);
          }
        }
    });
  }

  /// fp32 sums, written as alpha * sum; beta must be 0, so the old output is not read.
  class Sums {
   public:
    explicit Sums(const Tensor& t)
        : tensor_(t), values_(std::size_t(t.extent[0] * t.extent[1] * t.extent[2] * t.extent[3])) {}
    void add(const Index& i, float value) { values_[at(i)] += value; }
    void write(double alpha, double beta) {
      require(beta == 0, "a cuDNN convolution that adds to its old output");
      tensor_.each([&](const Index& i) { tensor_.put(i, float(alpha) * values_[at(i)]); });
    }

   private:
    std::size_t at(const Index& i) const {
      const Index& e = tensor_.extent;
      return std::size_t(((i[0] * e[1] + i[1]) * e[2] + i[2]) * e[3] + i[3]);
    }
    const Tensor& tensor_;
    std::vector<float> values_;
  };

  void forward(const Attributes& o) {
    const Tensor x = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X)),
                 w = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W)),
                 y = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y));
    Sums sums(y);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC), x, w, y,
                 [&](const Index& at, const Index& f, const Index& from) { sums.add(at, x(from) * w(f)); });
    sums.write(o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA),
               o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA));
  }
  void data_gradient(const Attributes& o) {
    const Tensor dx = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX)),
                 w = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W)),
                 dy = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY));
    Sums sums(dx);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC), dx, w, dy,
                 [&](const Index& at, const Index& f, const Index& from) { sums.add(from, dy(at) * w(f)); });
    sums.write(o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA),
               o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA));
  }
  void filter_gradient(const Attributes& o) {
    const Tensor x = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X)),
                 dw = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW)),
                 dy = tensor(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY));
    Sums sums(dw);
    each_product(o.descriptor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC), x, dw, dy,
                 [&](const Index& at, const Index& f, const Index& from) { sums.add(f, dy(at) * x(from)); });
    sums.write(o.real(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA),
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
