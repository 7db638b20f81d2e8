// conv2d.cpp - the convolution as a layer. The forward call adds the bias; the filter gradient also writes the bias
// gradient.
#include "engine/layers/conv2d.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct Conv2dLayer final : LayerKind {
  int filters, kernel, stride, pad, groups;
  Conv2dLayer(int filters, int kernel, int stride, int pad, int groups)
      : filters(filters), kernel(kernel), stride(stride), pad(pad), groups(groups) {}

  std::string describe() const override {
    return fmt::format("conv {0}x{0}{1}{2}", kernel, stride == 1 ? std::string() : fmt::format("/{}", stride),
                       groups == 1 ? std::string() : fmt::format(" g{}", groups));
  }
  LayerForm form() const override { return Conv2dForm{kernel, stride, pad, groups}; }
  double forward_flops(const Layer& layer) const override {
    const double out = double(layer.output.size()), bias = layer.parameters.size() == 2 ? out : 0;
    return 2.0 * out * kernel * kernel * (layer.input.c / groups) + bias;
  }

  Conv2d problem(const Layer& layer, int batch) const {
    const Shape& in = layer.input;
    return {batch, in.h, in.w, in.c, filters, kernel, kernel, stride, pad, false, groups};
  }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    return with_type_of(l.storage, [&]<class T>(T) { return lower_as<T>(l, layer, inputs[0]); });
  }

 private:
  template <class T>
  LoweredLayer lower_as(Lowering& l, const Layer& layer, const Value& x) const {
    const Conv2d p = problem(layer, l.batch);
    const Value y = l.value(layer, {x});
    const ParameterTensors weight = l.parameter(layer, "weight"), bias = l.bias(layer, filters);
    l.calls.call<Conv2dForward<T>>(layer.name + " forward", Pass::forward, p, out(y.tensor), in(x.tensor),
                                   in(weight.stored), in(bias.stored));
    return {y, [=, &l, name = layer.name](TensorId dy) {
              if (weight.gradient != no_tensor)
                l.calls.call<Conv2dFilterGradient<T>>(name + " filter gradient", Pass::backward, p,
                                                      out(weight.gradient), out(bias.gradient), in(x.tensor), in(dy));
              const TensorId dx = l.gradient_of(x);
              if (dx != no_tensor)
                l.calls.call<Conv2dDataGradient<T>>(name + " data gradient", Pass::backward, p, out(dx), in(dy),
                                                    in(weight.stored), in(no_tensor));
              return std::vector<TensorId>{dx};
            }};
  }
};

}  // namespace

std::optional<Conv2d> convolution_of(const Layer& layer, int batch) {
  const auto* conv = dynamic_cast<const Conv2dLayer*>(layer.kind.get());
  if (!conv) return std::nullopt;
  return conv->problem(layer, batch);
}

NetBuilder& NetBuilder::conv2d(int filters, int kernel, int stride, int pad, int groups) {
  const Shape in = shape();
  if (pad == same) pad = kernel / 2;
  if (in.h + 2 * pad < kernel || in.w + 2 * pad < kernel)
    throw UsageError(fmt::format("{}: a {}x{} convolution does not fit its {}x{} input; use a larger --image-size",
                                 net_name(), kernel, kernel, in.h, in.w));
  if (in.c % groups != 0 || filters % groups != 0)
    throw UsageError(
        fmt::format("{}: {} channels and {} filters cannot form {} groups", net_name(), in.c, filters, groups));
  const auto extent = [&](int size) { return (size + 2 * pad - kernel) / stride + 1; };
  Layer& layer = append("conv", std::make_shared<Conv2dLayer>(filters, kernel, stride, pad, groups),
                        {extent(in.h), extent(in.w), filters});
  const std::int64_t window = std::int64_t(kernel) * kernel;
  layer.parameters = {{layer.name + ".weight",
                       {filters, kernel, kernel, in.c / groups},
                       window * in.c / groups,
                       window * filters / groups},
                      {layer.name + ".bias", {filters}}};
  return *this;
}

}  // namespace gs
