// lrn_op.cpp - a layer of local response normalisation.
#include "engine/ops/op.h"
#include "kernels/lrn/lrn.h"

namespace gs {
namespace {

template <class T>
class LrnOp : public Op {
 public:
  LrnOp(OpContext& context, const Layer& layer, const LrnLayer& l, const Activation& in)
      : builder_(context.builder), name_(layer.name) {
    input = in;
    output = context.activation(name_, layer.output);
    problem_ = {std::int64_t(context.batch) * in.shape.h * in.shape.w, in.shape.c, l.window, l.k, l.alpha, l.beta};
    scale_ = builder_.tensor(name_ + " scale", std::size_t(problem_.size()) * sizeof(float));
  }

  void forward() override {
    builder_.step<LrnForward<T>>(
        {.name = name_ + " forward", .pass = Pass::forward, .reads = {input.value}, .writes = {output.value, scale_}},
        builder_.variants<LrnForward<T>>(), problem_,
        [p = problem_, y = output.value, scale = scale_, x = input.value](const auto& launch, const Addresses& at,
                                                                          void* workspace, stream_t s) {
          launch(at.get<T>(y), at.get(scale), at.get<T>(x), p, workspace, s);
        });
  }

  void backward() override {
    if (input.gradient == no_tensor) return;
    const TensorId mask = OpContext::relu_mask(input);
    builder_.step<LrnBackward<T>>(
        {.name = name_ + " backward",
         .pass = Pass::backward,
         .reads = {output.gradient, input.value, output.value, scale_},
         .writes = {input.gradient}},
        builder_.variants<LrnBackward<T>>(), problem_,
        [p = problem_, dx = input.gradient, dy = output.gradient, x = input.value, y = output.value, scale = scale_,
         mask](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get<T>(dx), at.get<T>(dy), at.get<T>(x), at.get<T>(y), at.get(scale), at.get<T>(mask), p, workspace,
                 s);
        });
  }

 private:
  Builder& builder_;
  std::string name_;
  Lrn problem_;
  TensorId scale_;
};

}  // namespace

std::unique_ptr<Op> make_lrn(OpContext& context, const Layer& layer, const LrnLayer& l, const Activation& input) {
  return with_type_of(context.storage, [&]<class T>(T) -> std::unique_ptr<Op> {
    return std::make_unique<LrnOp<T>>(context, layer, l, input);
  });
}

}  // namespace gs
