// dropout.cpp - inverted dropout as a layer: one call per pass in training, none in evaluation.
#include "kernels/dropout/dropout.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct DropoutLayer final : LayerKind {
  float rate;
  explicit DropoutLayer(float rate) : rate(rate) {}

  std::string describe() const override { return fmt::format("dropout {:g}", rate); }
  LayerForm form() const override { return DropoutForm{}; }
  double forward_flops(const Layer& layer) const override { return double(layer.output.size()); }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    const Dropout problem{l.batch * x.shape.size(), rate, std::uint32_t(l.dropouts++), l.first_row * x.shape.size()};
    if (!l.training) return {x, {}};
    return lowered(
        l, layer, x,
        [&]<class T>(T, TensorId y) {
          l.calls.call<DropoutForward<T>>(layer.name + " forward", Pass::forward, problem, out(y), in(x.tensor),
                                          in(l.state));
        },
        [=, &l, name = layer.name]<class T>(T, TensorId, TensorId dx, TensorId dy) {
          l.calls.call<DropoutBackward<T>>(name + " backward", Pass::backward, problem, out(dx), in(dy), in(no_tensor),
                                           in(l.state));
        });
  }
};

}  // namespace

NetBuilder& NetBuilder::dropout(float rate) {
  if (!(rate >= 0 && rate < 1)) throw UsageError(fmt::format("dropout {} is not in [0, 1)", rate));
  if (rate > 0) append("dropout", std::make_shared<DropoutLayer>(rate), shape());
  return *this;
}

}  // namespace gs
