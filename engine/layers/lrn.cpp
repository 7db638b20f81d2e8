// lrn.cpp - local response normalisation as a layer.
#include "kernels/lrn/lrn.h"

#include <fmt/format.h>

#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct LrnLayer final : LayerKind {
  int window = 5;
  float k = 2, alpha = 1e-4f, beta = 0.75f;

  std::string describe() const override { return fmt::format("LRN {}", window); }
  LayerForm form() const override { return LrnForm{window, k, alpha, beta}; }
  double forward_flops(const Layer& layer) const override { return double(layer.output.size()) * (2.0 * window + 4); }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    const Lrn problem{std::int64_t(l.batch) * x.shape.h * x.shape.w, x.shape.c, window, k, alpha, beta};
    return lowered(
        l, layer, x,
        [&]<class T>(T, TensorId y) {
          l.calls.call<LrnForward<T>>(layer.name + " forward", Pass::forward, problem, out(y), in(x.tensor));
        },
        [=, &l, name = layer.name]<class T>(T, TensorId, TensorId dx, TensorId dy) {
          l.calls.call<LrnBackward<T>>(name + " backward", Pass::backward, problem, out(dx), in(dy), in(x.tensor),
                                       in(no_tensor));
        });
  }
};

}  // namespace

NetBuilder& NetBuilder::lrn() {
  append("lrn", std::make_shared<LrnLayer>(), shape());
  return *this;
}

}  // namespace gs
