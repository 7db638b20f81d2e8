// op.h - an op is a layer in its place in a program: it adds the steps of its forward and backward pass.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "engine/net/net.h"
#include "engine/ops/builder.h"

namespace gs {

/// What flows between ops: a value [batch, shape], and (in training) the gradient of the loss by it.
struct Activation {
  Shape shape;
  TensorId value = no_tensor;
  TensorId gradient = no_tensor;  ///< none: nothing below needs it
  /// The value came out of a ReLU inside the op below. Whoever writes `gradient` makes it zero where the value is <= 0,
  /// so that the op below gets the gradient of its sum, before the ReLU, and no step of its own is spent on it.
  bool relu = false;
  /// What the writer of `gradient` multiplies it by where the value is positive. Other than 1 only behind an inverted
  /// dropout that spends no backward step of its own, and then the layer above is dense.
  float mask_scale = 1;
};

/// The trainable tensors of a layer: values and gradients, at fixed places in the flat buffers.
struct ParameterTensors {
  TensorId value = no_tensor, gradient = no_tensor;  ///< fp32 always
  TensorId stored = no_tensor;  ///< what the layer reads, stored as activations are: the value itself or its bf16 copy
};

/// What ops of one step list share.
struct OpContext {
  Builder& builder;
  int batch = 1;
  bool training = true;
  TensorId state = no_tensor;       ///< of the step that runs: what every step after the gather reads
  TensorId next_state = no_tensor;  ///< of the step to come: kept from step to step, read by the gather
  std::map<std::string, ParameterTensors> parameters;  ///< by the parameter's name
  Storage storage = Storage::fp32;                     ///< of activations and their gradients
  int dropouts = 0;                                    ///< how many were made: numbers their random streams
  bool dense_above = false;                            ///< what reads the output of the op that is made is dense

  /// A new activation; it has a gradient only in training.
  Activation activation(const std::string& name, Shape shape, bool relu = false) {
    const std::int64_t count = batch * shape.size();
    Activation a{shape, builder.numbers(name, count, storage), no_tensor, relu};
    if (training) a.gradient = builder.numbers(name + " gradient", count, storage);
    return a;
  }
  /// The mask that a writer of `a.gradient` has to apply, or none.
  static TensorId relu_mask(const Activation& a) { return a.relu ? a.value : no_tensor; }
};

/// A forward pass as a step of its own: what it would use, bound to everything but where y is.
struct ForwardApart {
  std::size_t workspace_bytes = 0;
  std::function<void(void* y, const Addresses&, void* workspace, stream_t)> run;
  bool own = false;  ///< by one of the project's variants
};

/// The forward pass of a layer with weights, for a step that does it along with what follows.
template <class Problem>
struct WeightedForward {
  std::string layer;
  Problem problem;
  TensorId x = no_tensor, w = no_tensor, bias = no_tensor;
  std::function<ForwardApart()> apart;
};
using ConvolutionForward = WeightedForward<Conv2d>;
using FullyConnectedForward = WeightedForward<Dense>;
using ForwardPass = std::variant<ConvolutionForward, FullyConnectedForward>;

class Op {
 public:
  virtual ~Op() = default;
  virtual void forward() = 0;
  virtual void backward() = 0;
  /// Lets this op's forward step do the forward pass of the layer below it, too, whose output is then never written.
  /// False: it cannot, or does not pay.
  virtual bool take_in(const ForwardPass&) { return false; }
  /// What take_in() is offered; nothing but of a layer with weights.
  virtual std::optional<ForwardPass> forward_pass() const { return std::nullopt; }

  Activation input, output;
  bool taken_in = false;  ///< the op above does this one's forward pass, in place of forward()
};

std::unique_ptr<Op> make_conv2d(OpContext&, const Layer&, const Conv2dLayer&, const Activation& input);
std::unique_ptr<Op> make_max_pool(OpContext&, const Layer&, const MaxPoolLayer&, const Activation& input);
std::unique_ptr<Op> make_lrn(OpContext&, const Layer&, const LrnLayer&, const Activation& input);
std::unique_ptr<Op> make_flatten(OpContext&, const Layer&, const FlattenLayer&, const Activation& input);
std::unique_ptr<Op> make_dense(OpContext&, const Layer&, const DenseLayer&, const Activation& input);
std::unique_ptr<Op> make_dropout(OpContext&, const Layer&, const DropoutLayer&, const Activation& input);

}  // namespace gs
