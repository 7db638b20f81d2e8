// dropout_op.cpp - a dropout layer: in training a step each way, in evaluation nothing at all.
#include "engine/ops/op.h"

namespace gs {
namespace {

class DropoutOp : public Op {
 public:
  DropoutOp(OpContext& context, const Layer& layer, const DropoutLayer& l, const Activation& in)
      : builder_(context.builder), name_(layer.name), training_(context.training), state_(context.state) {
    input = in;
    output = training_ ? context.activation(name_, layer.output) : in;
    problem_ = {context.batch * in.shape.size(), l.rate, std::uint32_t(context.dropouts++)};
  }

  void forward() override {
    if (!training_) return;
    builder_.step<DropoutForward>(
        {.name = name_ + " forward", .pass = Pass::forward, .reads = {input.value, state_}, .writes = {output.value}},
        builder_.rooms().fp32.dropout_forward, problem_,
        [p = problem_, y = output.value, x = input.value, state = state_](const auto& launch, const Addresses& at,
                                                                          void* workspace, stream_t s) {
          launch(at.get(y), at.get(x), at.get<StepState>(state), p, workspace, s);
        });
  }

  void backward() override {
    if (input.gradient == no_tensor) return;
    const TensorId mask = OpContext::relu_mask(input);
    builder_.step<DropoutBackward>({.name = name_ + " backward",
                                    .pass = Pass::backward,
                                    .reads = {output.gradient, mask, state_},
                                    .writes = {input.gradient}},
                                   builder_.rooms().fp32.dropout_backward, problem_,
                                   [p = problem_, dx = input.gradient, dy = output.gradient, mask, state = state_](
                                       const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                                     launch(at.get(dx), at.get(dy), at.get(mask), at.get<StepState>(state), p,
                                            workspace, s);
                                   });
  }

 private:
  Builder& builder_;
  std::string name_;
  bool training_;
  TensorId state_;
  Dropout problem_;
};

}  // namespace

std::unique_ptr<Op> make_dropout(OpContext& context, const Layer& layer, const DropoutLayer& l,
                                 const Activation& input) {
  return std::make_unique<DropoutOp>(context, layer, l, input);
}

}  // namespace gs
