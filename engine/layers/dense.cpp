// dense.cpp - the fully connected layer: y = W x + bias for each row of the batch.
#include "kernels/dense/dense.h"

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct DenseLayer final : LayerKind {
  std::string describe() const override { return "dense"; }
  LayerForm form() const override { return DenseForm{}; }
  double forward_flops(const Layer& layer) const override {
    const double in = double(layer.input.size()), out = double(layer.output.size());
    return 2.0 * in * out + (layer.parameters.size() == 2 ? out : 0);
  }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    return with_type_of(l.storage, [&]<class T>(T) { return lower_as<T>(l, layer, inputs[0]); });
  }

 private:
  template <class T>
  static LoweredLayer lower_as(Lowering& l, const Layer& layer, const Value& x) {
    const Dense problem{l.batch, int(x.shape.size()), layer.output.c};
    const Value y = l.value(layer, {x});
    const ParameterTensors weight = l.parameter(layer, "weight"), bias = l.bias(layer, layer.output.c);
    l.calls.call<DenseForward<T>>(layer.name + " forward", Pass::forward, problem, out(y.tensor), in(x.tensor),
                                  in(weight.stored), in(bias.stored));
    return {y, [=, &l, name = layer.name](TensorId dy) {
              if (weight.gradient != no_tensor)
                l.calls.call<DenseWeightGradient<T>>(name + " weight gradient", Pass::backward, problem,
                                                     out(weight.gradient), out(bias.gradient), in(x.tensor), in(dy));
              const TensorId dx = l.gradient_of(x);
              if (dx != no_tensor)
                l.calls.call<DenseDataGradient<T>>(name + " data gradient", Pass::backward, problem, out(dx), in(dy),
                                                   in(weight.stored), in(no_tensor));
              return std::vector<TensorId>{dx};
            }};
  }
};

}  // namespace

NetBuilder& NetBuilder::dense(int units) {
  const Shape in = shape();
  if (in.h != 1 || in.w != 1) throw Error(net_name() + ": dense() must follow flatten() or global_average_pool()");
  Layer& layer = append("dense", std::make_shared<DenseLayer>(), {1, 1, units});
  layer.parameters = {{layer.name + ".weight", {units, in.c}, in.c, units}, {layer.name + ".bias", {units}}};
  return *this;
}

}  // namespace gs
