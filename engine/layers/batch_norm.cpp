// batch_norm.cpp - batch normalisation as a layer. Training uses the statistics of the batch and updates the running
// ones, which evaluation uses, and training too if the layer is frozen.
#include "kernels/batch_norm/batch_norm_parts.h"

#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct BatchNormLayer final : LayerKind {
  std::string describe() const override { return "batch norm"; }
  LayerForm form() const override { return BatchNormForm{BatchNorm().epsilon}; }
  double forward_flops(const Layer& layer) const override { return 2.0 * double(layer.output.size()); }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    BatchNorm problem;
    problem.n = l.batch;
    problem.pixels = x.shape.h * x.shape.w;
    problem.c = x.shape.c;
    const ParameterTensors gamma = l.parameter(layer, "gamma"), beta = l.parameter(layer, "beta");
    const TensorId running_mean = l.parameter(layer, "running_mean").value;
    const TensorId running_variance = l.parameter(layer, "running_variance").value;
    const bool frozen = gamma.gradient == no_tensor;
    if (!l.training || frozen) {
      const Value y = l.value(layer, inputs);
      // Not "forward": --impl would choose the variant of two different ops by one name.
      infer(l, layer.name + " inference", Pass::forward, problem, y.tensor, x.tensor, gamma.value, beta.value,
            running_mean, running_variance);
      return {y, [=, &l, name = layer.name](TensorId dy) {
                // dx = gamma dy / sqrt(running variance + epsilon): the same map of dy, with a mean and a beta of 0.
                const TensorId dx = l.gradient_of(x);
                if (dx == no_tensor) return std::vector<TensorId>{dx};
                const TensorId zeros =
                    l.calls.tensors().add_numbers(name + " zeros", problem.c, Storage::fp32, Lifetime::fixed);
                infer(l, name + " data gradient", Pass::backward, problem, dx, dy, gamma.value, zeros, zeros,
                      running_variance);
                return std::vector<TensorId>{dx};
              }};
    }
    const TensorId mean = l.numbers(layer.name + " mean", problem.c);
    const TensorId inverse_deviation = l.numbers(layer.name + " inverse deviation", problem.c);
    const Value y = l.value(layer, inputs);
    if (l.ranks_of_statistics > 1)
      return lower_in_parts(l, layer, problem, x, y, mean, inverse_deviation, running_mean, running_variance);
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<BatchNormForward<T>>(layer.name + " forward", Pass::forward, problem, out(y.tensor), out(mean),
                                        out(inverse_deviation), in_out(running_mean), in_out(running_variance),
                                        in(x.tensor), in(gamma.value), in(beta.value), in(l.state));
    });
    return {y, [=, &l, name = layer.name](TensorId dy) {
              const TensorId dx = l.gradient_of(x);
              // The call that writes the parameters' gradients also writes dx, even if nothing reads it.
              const TensorId written =
                  dx != no_tensor
                      ? dx
                      : l.calls.tensors().add_numbers(name + " unread gradient", l.batch * x.shape.size(), l.storage);
              with_type_of(l.storage, [&]<class T>(T) {
                l.calls.call<BatchNormBackward<T>>(
                    name + " backward", Pass::backward, problem, out(written), out(gamma.gradient), out(beta.gradient),
                    in(dy), in(x.tensor), in(gamma.value), in(mean), in(inverse_deviation), in(no_tensor), in(l.state));
              });
              return std::vector<TensorId>{dx};
            }};
  }

 private:
  /// The statistics are those of all ranks' rows: the passes are calls of their own, with an exchange between them.
  /// Their names are not those of the passes without ranks: --impl would choose variants of two ops by one name.
  static LoweredLayer lower_in_parts(Lowering& l, const Layer& layer, const BatchNorm& problem, const Value& x,
                                     const Value& y, TensorId mean, TensorId inverse_deviation, TensorId running_mean,
                                     TensorId running_variance) {
    const std::string name = layer.name;
    const ParameterTensors gamma = l.parameter(layer, "gamma"), beta = l.parameter(layer, "beta");
    const std::int64_t count = 3 * problem.c;
    const TensorId moments = l.numbers(name + " moments", count);
    const TensorId of_all = l.numbers(name + " moments of all ranks", count * l.ranks_of_statistics);
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<BatchNormMoments<T>>(name + " moments", Pass::forward, problem, out(moments), in(x.tensor),
                                        in(l.state));
      l.exchanges.gathers.push_back({name, moments, of_all, count});
      l.calls.call<BatchNormJoin>(name + " join", Pass::forward,
                                  {l.ranks_of_statistics, problem.c, problem.epsilon, problem.momentum}, out(mean),
                                  out(inverse_deviation), in_out(running_mean), in_out(running_variance), in(of_all));
      l.calls.call<BatchNormApply<T>>(name + " apply", Pass::forward, problem, out(y.tensor), in(x.tensor),
                                      in(gamma.value), in(beta.value), in(mean), in(inverse_deviation));
    });
    return {y, [=, &l](TensorId dy) {
              const TensorId dx = l.gradient_of(x);
              with_type_of(l.storage, [&]<class T>(T) {
                l.calls.call<BatchNormSums<T>>(name + " sums", Pass::backward, problem, out(gamma.gradient),
                                               out(beta.gradient), in(dy), in(x.tensor), in(mean),
                                               in(inverse_deviation), in(l.state));
                l.exchanges.summed_at_once.push_back(name);
                if (dx != no_tensor)
                  l.calls.call<BatchNormDataGradient<T>>(
                      name + " dx", Pass::backward, problem, out(dx), in(gamma.gradient), in(beta.gradient), in(dy),
                      in(x.tensor), in(gamma.value), in(mean), in(inverse_deviation), in(no_tensor), in(l.state));
              });
              return std::vector<TensorId>{dx};
            }};
  }

  static void infer(Lowering& l, const std::string& name, Pass pass, const BatchNorm& problem, TensorId y, TensorId x,
                    TensorId gamma, TensorId beta, TensorId mean, TensorId variance) {
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<BatchNormInference<T>>(name, pass, problem, out(y), in(x), in(gamma), in(beta), in(mean),
                                          in(variance));
    });
  }
};

}  // namespace

NetBuilder& NetBuilder::batch_norm() {
  // A named value may also be read without the normalisation, so its layer keeps the bias.
  if (Layer* before = current_layer();
      before && !is_named() && before->parameters.size() == 2 && before->parameters[1].name == before->name + ".bias")
    before->parameters.pop_back();
  const int c = shape().c;
  Layer& layer = append("bn", std::make_shared<BatchNormLayer>(), shape());
  const auto constant = [](float value) { return InitialValues{InitialValues::Kind::constant, value}; };
  layer.parameters = {{layer.name + ".gamma", {c}, 0, 0, constant(1)},
                      {layer.name + ".beta", {c}, 0, 0, constant(0)},
                      {layer.name + ".running_mean", {c}, 0, 0, constant(0), false},
                      {layer.name + ".running_variance", {c}, 0, 0, constant(1), false}};
  return *this;
}

}  // namespace gs
