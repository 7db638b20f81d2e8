// dropout_op.cpp - a dropout layer: in training a step each way, in evaluation nothing at all. The forward step may do
// the dense layer below as well (kernels/dense_dropout). Between a ReLU and a dense layer there is no backward step:
// the output is 0 exactly where the unit was dropped or the ReLU's output was 0, so it is a mask of both, and what
// writes its gradient writes the gradient of the sum below the ReLU at once.
#include "engine/ops/op.h"
#include "kernels/common/step_state.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/dropout/dropout.h"

namespace gs {
namespace {

template <class T>
class DropoutOp : public Op {
 public:
  DropoutOp(OpContext& context, const Layer& layer, const DropoutLayer& l, const Activation& in)
      : builder_(context.builder), name_(layer.name), training_(context.training), state_(context.state) {
    input = in;
    output = training_ ? context.activation(name_, layer.output) : in;
    problem_ = {context.batch * in.shape.size(), l.rate, std::uint32_t(context.dropouts++)};
    masked_above_ = training_ && in.relu && context.dense_above && !builder_.fixes(name_ + " backward");
    if (!masked_above_) return;
    output.gradient = in.gradient;
    output.relu = true;
    output.mask_scale = problem_.scale();
  }

  bool take_in(const ForwardPass& pass) override {
    if (!training_ || !std::holds_alternative<FullyConnectedForward>(pass)) return false;
    const auto& below = std::get<FullyConnectedForward>(pass);
    const auto fusing =
        builder_.fuses(fused_name(below), {below.layer + " forward", name_ + " forward"},
                       builder_.variants<DenseDropoutForward<T>>(), DenseDropout{below.problem, problem_});
    if (fusing == Builder::Fusing::no) return false;
    if (fusing == Builder::Fusing::if_faster && !(fused_ = faster_in_one(below))) return false;
    below_ = below;
    return true;
  }

  void forward() override {
    if (!training_) return;
    if (below_) return forward_with(*below_);
    builder_.step<DropoutForward<T>>(
        {.name = name_ + " forward", .pass = Pass::forward, .reads = {input.value, state_}, .writes = {output.value}},
        builder_.variants<DropoutForward<T>>(), problem_,
        [p = problem_, y = output.value, x = input.value, state = state_](const auto& launch, const Addresses& at,
                                                                          void* workspace, stream_t s) {
          launch(at.get<T>(y), at.get<T>(x), at.get<StepState>(state), p, workspace, s);
        });
  }

  void backward() override {
    if (input.gradient == no_tensor || masked_above_) return;
    // The output is 0 wherever the ReLU's is, which is not written where its layer is taken in.
    const TensorId mask = input.relu ? output.value : no_tensor;
    builder_.step<DropoutBackward<T>>({.name = name_ + " backward",
                                       .pass = Pass::backward,
                                       .reads = {output.gradient, mask, state_},
                                       .writes = {input.gradient}},
                                      builder_.variants<DropoutBackward<T>>(), problem_,
                                      [p = problem_, dx = input.gradient, dy = output.gradient, mask, state = state_](
                                          const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                                        launch(at.get<T>(dx), at.get<T>(dy), at.get<T>(mask), at.get<StepState>(state),
                                               p, workspace, s);
                                      });
  }

 private:
  std::string fused_name(const FullyConnectedForward& below) const { return below.layer + " " + name_ + " forward"; }

  Step fused_step(const FullyConnectedForward& below) const {
    return {.name = fused_name(below),
            .pass = Pass::forward,
            .reads = {below.x, below.w, below.bias, state_},
            .writes = {output.value}};
  }

  void forward_with(const FullyConnectedForward& below) {
    const DenseDropout both{below.problem, problem_};
    builder_.step<DenseDropoutForward<T>>(
        fused_step(below),
        fused_ ? Variants<DenseDropoutForward<T>>(fused_, 1) : builder_.variants<DenseDropoutForward<T>>(), both,
        [both, y = output.value, x = below.x, w = below.w, bias = below.bias, state = state_](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get<T>(y), at.get<T>(x), at.get<T>(w), at.get<T>(bias), at.get<StepState>(state), both, workspace,
                 s);
        });
  }

  /// Measures the dense layer's own choice and a dropout behind it, in place, against the fused variants: the
  /// one that is faster, or null.
  const Variant<DenseDropoutForward<T>>* faster_in_one(const FullyConnectedForward& below) {
    const ForwardApart dense = below.apart();
    const auto& dropout = builder_.device().registry().highest<DropoutForward<T>>();
    std::vector<TuningCandidate> candidates = {
        {"apart", dense.workspace_bytes,
         [=, p = problem_, y = output.value, state = state_](const Addresses& at, void* workspace, stream_t s) {
           dense.run(at[y], at, workspace, s);
           dropout.launch(at.get<T>(y), at.get<T>(y), at.get<StepState>(state), p, nullptr, s);
         },
         dense.own}};
    const DenseDropout both{below.problem, problem_};
    const auto variants = builder_.variants<DenseDropoutForward<T>>();
    std::vector<const Variant<DenseDropoutForward<T>>*> rows;
    for (auto at_row = variants.rbegin(); at_row != variants.rend(); ++at_row)
      if (const auto& row = *at_row; builder_.usable(row, both)) {
        rows.push_back(&row);
        candidates.push_back({std::string(row.name), row.workspace_bytes(both),
                              [=, y = output.value, state = state_](const Addresses& at, void* workspace, stream_t s) {
                                row.launch(at.get<T>(y), at.get<T>(below.x), at.get<T>(below.w), at.get<T>(below.bias),
                                           at.get<StepState>(state), both, workspace, s);
                              },
                              true});
      }
    const std::string key = tuning_key(DenseForward<T>{}, below.problem) + ", then a dropout";
    const std::size_t best = builder_.fastest(key, fused_step(below), candidates);
    return best == 0 ? nullptr : rows[best - 1];
  }

  Builder& builder_;
  std::string name_;
  bool training_;
  TensorId state_;
  Dropout problem_;
  bool masked_above_ = false;                   ///< what writes the output's gradient does the backward pass
  std::optional<FullyConnectedForward> below_;  ///< the dense layer whose forward pass this op does, too
  /// The variant measured to be the fastest for both; null: the default.
  const Variant<DenseDropoutForward<T>>* fused_ = nullptr;
};

}  // namespace

std::unique_ptr<Op> make_dropout(OpContext& context, const Layer& layer, const DropoutLayer& l,
                                 const Activation& input) {
  return with_type_of(context.storage, [&]<class T>(T) -> std::unique_ptr<Op> {
    return std::make_unique<DropoutOp<T>>(context, layer, l, input);
  });
}

}  // namespace gs
