// lowering.h - lowers layers to op calls.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/calls/call_list.h"
#include "engine/net/layer_kind.h"

namespace gs {

/// The output of a layer, [batch, shape].
struct Value {
  Shape shape;
  TensorId tensor = no_tensor;
  bool wants_gradient = false;  ///< in training: it depends on a trained parameter
};

/// Tensors of a parameter, inside the flat buffers.
struct ParameterTensors {
  TensorId value = no_tensor, gradient = no_tensor;  ///< always fp32; no gradient if not trained: frozen, a statistic
  TensorId stored = no_tensor;  ///< in the storage type of activations: the value itself, or its bf16 copy
};

struct LoweredLayer {
  Value output;
  /// Takes the gradient of the output, appends the calls of the backward pass and returns the gradients of the inputs,
  /// no_tensor for an input that wants none. Never called if the output wants no gradient.
  std::function<std::vector<TensorId>(TensorId gradient)> backward;
};

/// Values of a layer that go to all ranks as soon as they are written.
struct AllGather {
  std::string layer;
  TensorId own = no_tensor, all = no_tensor;  ///< [count], [ranks, count]
  std::int64_t count = 0;
};

/// Needs of layers of several ranks, beside the sums of all gradients before the update.
struct Exchanges {
  std::vector<AllGather> gathers;
  /// Layers that read their gradients in the backward pass as sums over all ranks: summed as soon as they are written.
  std::vector<std::string> summed_at_once;
};

struct Lowering {
  CallList& calls;
  int batch = 1;  ///< rows of these calls: of the whole batch, or of this rank's part of it
  bool training = true;
  Storage storage = Storage::fp32;                            ///< type of values and their gradients
  TensorId state = no_tensor;                                 ///< state of the running step
  const std::map<std::string, ParameterTensors>& parameters;  ///< by name
  /// Ranks that normalise by common statistics: their moments and sums are exchanged. 1: those of these rows.
  int ranks_of_statistics = 1;
  Exchanges exchanges;
  int first_row = 0;  ///< of these rows in the whole batch: dropout draws by an element's place there
  int dropouts = 0;   ///< number so far; selects the random stream of the next one

  /// Tensors of a layer's parameter: parameter(layer, "weight").
  const ParameterTensors& parameter(const Layer& layer, const std::string& which) const {
    return parameters.at(layer.name + "." + which);
  }
  /// The bias of a layer. Kernels always add a bias and write its gradient, so a layer without one gets `count` zeros
  /// and an unread gradient.
  ParameterTensors bias(const Layer& layer, std::int64_t count) {
    if (const auto found = parameters.find(layer.name + ".bias"); found != parameters.end()) return found->second;
    const TensorId zeros = calls.tensors().add_numbers(layer.name + " zero bias", count, storage, Lifetime::fixed);
    return {zeros, numbers(layer.name + " unread bias gradient", count), zeros};
  }
  /// A new value for the layer's output.
  Value value(const Layer& layer, const std::vector<Value>& inputs) {
    Value v{layer.output, calls.tensors().add_numbers(layer.name, batch * layer.output.size(), storage), false};
    for (const Value& input : inputs) v.wants_gradient |= input.wants_gradient;
    for (const Parameter& p : layer.parameters) v.wants_gradient |= training && p.trained;
    return v;
  }
  /// A new tensor for the gradient of an input; no_tensor if the input wants none.
  TensorId gradient_of(const Value& input) {
    if (!input.wants_gradient) return no_tensor;
    const std::string name = calls.tensors()[input.tensor].name + " gradient";
    return calls.tensors().add_numbers(name, batch * input.shape.size(), storage);
  }
  TensorId numbers(const std::string& name, std::int64_t count) {
    return calls.tensors().add_numbers(name, count, Storage::fp32);
  }
};

/// Lowers a layer with one input and one call per pass. `forward(T(), y)` and `backward(T(), y, dx, dy)` append the
/// calls.
template <class Forward, class Backward>
LoweredLayer lowered(Lowering& l, const Layer& layer, const Value& x, Forward forward, Backward backward) {
  const Value y = l.value(layer, {x});
  with_type_of(l.storage, [&](auto t) { forward(t, y.tensor); });
  return {y, [&l, x, y, backward](TensorId dy) {
            const TensorId dx = l.gradient_of(x);
            if (dx != no_tensor) with_type_of(l.storage, [&](auto t) { backward(t, y.tensor, dx, dy); });
            return std::vector<TensorId>{dx};
          }};
}

}  // namespace gs
