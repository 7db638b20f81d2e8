// relu.cpp - ReLU as a layer: y = max(x, 0), and NaN stays NaN. Fusion rules join it to the layer before it.
#include "kernels/relu/relu.h"

#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct ReluLayer final : LayerKind {
  std::string describe() const override { return "ReLU"; }
  LayerForm form() const override { return ReluForm{}; }
  double forward_flops(const Layer& layer) const override { return double(layer.output.size()); }
  double forward_bytes(const Layer&) const override { return 0; }  // joined to the layer before it

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    const Relu problem{l.batch * x.shape.size()};
    return lowered(
        l, layer, x,
        [&]<class T>(T, TensorId y) {
          l.calls.call<ReluForward<T>>(layer.name + " forward", Pass::forward, problem, out(y), in(x.tensor));
        },
        [=, &l, name = layer.name]<class T>(T, TensorId y, TensorId dx, TensorId dy) {
          l.calls.call<ReluBackward<T>>(name + " backward", Pass::backward, problem, out(dx), in(dy), in(y));
        });
  }
};

}  // namespace

NetBuilder& NetBuilder::relu() {
  append("relu", std::make_shared<ReluLayer>(), shape());
  return *this;
}

}  // namespace gs
