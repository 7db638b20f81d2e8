// flatten.cpp - reshapes a map to a vector in place, without a call.
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct FlattenLayer final : LayerKind {
  std::string describe() const override { return "flatten"; }
  LayerForm form() const override { return FlattenForm{}; }
  double forward_flops(const Layer&) const override { return 0; }
  double forward_bytes(const Layer&) const override { return 0; }

  LoweredLayer lower(Lowering&, const Layer& layer, const std::vector<Value>& inputs) const override {
    Value y = inputs[0];
    y.shape = layer.output;
    return {y, [](TensorId dy) { return std::vector<TensorId>{dy}; }};
  }
};

}  // namespace

NetBuilder& NetBuilder::flatten() {
  append("flatten", std::make_shared<FlattenLayer>(), {1, 1, extent_of("flatten", shape().size())});
  return *this;
}

}  // namespace gs
