// max_pool_op.cpp - a max-pool layer. Where its input is a ReLU's output, that ReLU's gradient rides on the index byte;
// where a convolution feeds it, one kernel may do both forward passes (kernels/conv2d_pool).
#include "engine/ops/op.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/maxpool/maxpool.h"

namespace gs {
namespace {

template <class T>
class MaxPoolOp : public Op {
 public:
  MaxPoolOp(OpContext& context, const Layer& layer, const MaxPoolLayer& l, const Activation& in)
      : builder_(context.builder), name_(layer.name) {
    input = in;
    output = context.activation(name_, layer.output);
    problem_ = {context.batch, in.shape.h, in.shape.w, in.shape.c, l.window, l.stride, in.relu};
    argmax_ = builder_.tensor(name_ + " argmax", std::size_t(problem_.y_size()));
  }

  bool take_in(const ForwardPass& pass) override {
    if (!std::holds_alternative<ConvolutionForward>(pass)) return false;
    const auto& below = std::get<ConvolutionForward>(pass);
    const auto fusing = builder_.fuses(fused_name(below), {below.layer + " forward", name_ + " forward"},
                                       builder_.variants<Conv2dPoolForward<T>>(), Conv2dPool{below.problem, problem_});
    if (fusing == Builder::Fusing::no) return false;
    if (fusing == Builder::Fusing::if_faster && !(fused_ = faster_in_one(below))) return false;
    below_ = below;
    return true;
  }

  void forward() override {
    if (below_) return forward_with(*below_);
    builder_.step<MaxPoolForward<T>>(
        {.name = name_ + " forward", .pass = Pass::forward, .reads = {input.value}, .writes = {output.value, argmax_}},
        builder_.variants<MaxPoolForward<T>>(), problem_,
        [p = problem_, y = output.value, argmax = argmax_, x = input.value](const auto& launch, const Addresses& at,
                                                                            void* workspace, stream_t s) {
          launch(at.get<T>(y), at.get<std::uint8_t>(argmax), at.get<T>(x), p, workspace, s);
        });
  }

  void backward() override {
    if (input.gradient == no_tensor) return;
    builder_.step<MaxPoolBackward<T>>({.name = name_ + " backward",
                                       .pass = Pass::backward,
                                       .reads = {output.gradient, argmax_},
                                       .writes = {input.gradient}},
                                      builder_.variants<MaxPoolBackward<T>>(), problem_,
                                      [p = problem_, dx = input.gradient, dy = output.gradient, argmax = argmax_](
                                          const auto& launch, const Addresses& at, void* workspace, stream_t s) {
                                        launch(at.get<T>(dx), at.get<T>(dy), at.get<std::uint8_t>(argmax), p, workspace,
                                               s);
                                      });
  }

 private:
  std::string fused_name(const ConvolutionForward& below) const { return below.layer + " " + name_ + " forward"; }

  void forward_with(const ConvolutionForward& below) {
    builder_.step<Conv2dPoolForward<T>>(
        {.name = fused_name(below),
         .pass = Pass::forward,
         .reads = {below.x, below.w, below.bias},
         .writes = {output.value, argmax_}},
        fused_ ? Variants<Conv2dPoolForward<T>>(fused_, 1) : builder_.variants<Conv2dPoolForward<T>>(),
        Conv2dPool{below.problem, problem_},
        [p = Conv2dPool{below.problem, problem_}, y = output.value, argmax = argmax_, x = below.x, w = below.w,
         bias = below.bias](const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get<T>(y), at.get<std::uint8_t>(argmax), at.get<T>(x), at.get<T>(w), at.get<T>(bias), p, workspace,
                 s);
        });
  }

  /// Measures the convolution's own choice and a pool behind it against the fused variants: the one that is
  /// faster, or null.
  const Variant<Conv2dPoolForward<T>>* faster_in_one(const ConvolutionForward& below) {
    const Conv2dPool both{below.problem, problem_};
    const auto aligned = [](std::size_t bytes) { return (bytes + 255) / 256 * 256; };
    // In the workspace: the index bytes, and where there are two kernels what lies between them.
    const std::size_t index_bytes = aligned(std::size_t(problem_.y_size()));
    const std::size_t between_bytes = aligned(std::size_t(problem_.x_size()) * sizeof(T));
    const auto part = [](void* workspace, std::size_t offset) { return static_cast<std::byte*>(workspace) + offset; };

    const ForwardApart convolution = below.apart();
    const auto& pool = builder_.device().registry().highest<MaxPoolForward<T>>();
    std::vector<TuningCandidate> candidates = {
        {"apart", index_bytes + between_bytes + convolution.workspace_bytes,
         [=, p = problem_, y = output.value](const Addresses& at, void* workspace, stream_t s) {
           auto* between = reinterpret_cast<T*>(part(workspace, index_bytes));
           convolution.run(between, at, part(workspace, index_bytes + between_bytes), s);
           pool.launch(at.get<T>(y), static_cast<std::uint8_t*>(workspace), between, p, nullptr, s);
         },
         convolution.own}};
    const auto variants = builder_.variants<Conv2dPoolForward<T>>();
    std::vector<const Variant<Conv2dPoolForward<T>>*> rows;
    for (auto at_row = variants.rbegin(); at_row != variants.rend(); ++at_row)
      if (const auto& row = *at_row; builder_.usable(row, both)) {
        rows.push_back(&row);
        candidates.push_back({std::string(row.name), index_bytes + row.workspace_bytes(both),
                              [=, y = output.value](const Addresses& at, void* workspace, stream_t s) {
                                row.launch(at.get<T>(y), static_cast<std::uint8_t*>(workspace), at.get<T>(below.x),
                                           at.get<T>(below.w), at.get<T>(below.bias), both,
                                           part(workspace, index_bytes), s);
                              },
                              true});
      }
    const Step step{.name = fused_name(below), .reads = {below.x, below.w, below.bias}, .writes = {output.value}};
    const std::size_t best =
        builder_.fastest(tuning_key(Conv2dForward<T>{}, below.problem) + ", then a 2x2 max-pool", step, candidates);
    return best == 0 ? nullptr : rows[best - 1];
  }

  Builder& builder_;
  std::string name_;
  MaxPool problem_;
  TensorId argmax_;
  std::optional<ConvolutionForward> below_;  ///< the convolution whose forward pass this op does, too
  /// The variant measured to be the fastest for both; null: the default.
  const Variant<Conv2dPoolForward<T>>* fused_ = nullptr;
};

/// A flattened map is the same memory: no step, no copy.
class FlattenOp : public Op {
 public:
  FlattenOp(const Layer& layer, const Activation& in) {
    input = in;
    output = in;
    output.shape = layer.output;
  }
  void forward() override {}
  void backward() override {}
};

}  // namespace

std::unique_ptr<Op> make_max_pool(OpContext& context, const Layer& layer, const MaxPoolLayer& l,
                                  const Activation& input) {
  return with_type_of(context.storage, [&]<class T>(T) -> std::unique_ptr<Op> {
    return std::make_unique<MaxPoolOp<T>>(context, layer, l, input);
  });
}

std::unique_ptr<Op> make_flatten(OpContext&, const Layer& layer, const FlattenLayer&, const Activation& input) {
  return std::make_unique<FlattenOp>(layer, input);
}

}  // namespace gs
