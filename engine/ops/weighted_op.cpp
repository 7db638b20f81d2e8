// weighted_op.cpp - convolution and dense layers. Both are a product with weights and a bias: bias and ReLU join the
// forward step, the bias gradient joins the filter gradient's, the ReLU gradient of the layer below joins the data
// gradient's.
#include "engine/ops/op.h"

namespace gs {
namespace {

/// The three ops of a convolution, and where the library keeps them.
template <class T>
struct ConvolutionOps {
  using Stored = T;
  using Problem = Conv2d;
  using Forward = Conv2dForward<T>;
  using DataGradient = Conv2dDataGradient<T>;
  using FilterGradient = Conv2dFilterGradient<T>;
  static auto forward(LayerLibrary<T>& l, const Conv2d& p) { return l.conv2d_forward(p); }
  static auto data_gradient(LayerLibrary<T>& l, const Conv2d& p) { return l.conv2d_data_gradient(p); }
  static auto filter_gradient(LayerLibrary<T>& l, const Conv2d& p) { return l.conv2d_filter_gradient(p); }
};

/// The same of a dense layer.
template <class T>
struct DenseOps {
  using Stored = T;
  using Problem = Dense;
  using Forward = DenseForward<T>;
  using DataGradient = DenseDataGradient<T>;
  using FilterGradient = DenseWeightGradient<T>;
  static auto forward(LayerLibrary<T>& l, const Dense& p) { return l.dense_forward(p); }
  static auto data_gradient(LayerLibrary<T>& l, const Dense& p) { return l.dense_data_gradient(p); }
  static auto filter_gradient(LayerLibrary<T>& l, const Dense& p) { return l.dense_weight_gradient(p); }
};

template <class Ops>
class WeightedOp : public Op {
  using Problem = typename Ops::Problem;
  using T = typename Ops::Stored;

  /// What a library that stores T offers; ask(layers) calls it.
  template <class O, class Ask>
  static LibraryQuery<O> query(const Ask& ask) {
    return [ask](Library& library) {
      LayerLibrary<T>* const layers = library.of<T>();
      return layers ? ask(*layers) : std::vector<Implementation<O>>();
    };
  }

  Step forward_step() const {
    return {.name = name_ + " forward",
            .pass = Pass::forward,
            .reads = {input.value, weight_.stored, bias_.stored},
            .writes = {output.value}};
  }
  LibraryQuery<typename Ops::Forward> forward_query() const {
    return query<typename Ops::Forward>([p = problem_](LayerLibrary<T>& l) { return Ops::forward(l, p); });
  }
  auto forward_call() const {
    return [p = problem_, y = output.value, x = input.value, w = weight_.stored, b = bias_.stored](
               const auto& launch, const Addresses& at, void* workspace, stream_t s) {
      launch(at.get<T>(y), at.get<T>(x), at.get<T>(w), at.get<T>(b), p, workspace, s);
    };
  }

 public:
  WeightedOp(OpContext& context, const Layer& layer, const Problem& problem, const Activation& in)
      : builder_(context.builder), name_(layer.name), problem_(problem) {
    input = in;
    output = context.activation(name_, layer.output, problem.relu);
    weight_ = context.parameters.at(name_ + ".weight");
    bias_ = context.parameters.at(name_ + ".bias");
  }

  std::optional<ForwardPass> forward_pass() const override {
    return WeightedForward<Problem>{name_,          problem_,     input.value,
                                    weight_.stored, bias_.stored, [this] { return forward_apart(); }};
  }

  void forward() override {
    if (taken_in) return;
    builder_.step<typename Ops::Forward>(forward_step(), builder_.variants<typename Ops::Forward>(), problem_,
                                         forward_query(), forward_call());
  }

  void backward() override {
    builder_.step<typename Ops::FilterGradient>(
        {.name = name_ + " filter gradient",
         .pass = Pass::backward,
         .reads = {input.value, output.gradient},
         .writes = {weight_.gradient, bias_.gradient}},
        builder_.variants<typename Ops::FilterGradient>(), problem_,
        query<typename Ops::FilterGradient>([p = problem_](LayerLibrary<T>& l) { return Ops::filter_gradient(l, p); }),
        [p = problem_, dw = weight_.gradient, db = bias_.gradient, x = input.value, dy = output.gradient](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get(dw), at.get(db), at.get<T>(x), at.get<T>(dy), p, workspace, s);
        });
    if (input.gradient == no_tensor) return;
    const TensorId mask = OpContext::relu_mask(input);
    builder_.step<typename Ops::DataGradient>(
        {.name = name_ + " data gradient",
         .pass = Pass::backward,
         .reads = {output.gradient, weight_.stored, mask},
         .writes = {input.gradient}},
        builder_.variants<typename Ops::DataGradient>(), problem_,
        query<typename Ops::DataGradient>([p = problem_](LayerLibrary<T>& l) { return Ops::data_gradient(l, p); }),
        [p = problem_, dx = input.gradient, dy = output.gradient, w = weight_.stored, mask](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get<T>(dx), at.get<T>(dy), at.get<T>(w), at.get<T>(mask), p, workspace, s);
        });
  }

 private:
  ForwardApart forward_apart() const {
    auto chosen = builder_.choose<typename Ops::Forward>(forward_step(), builder_.variants<typename Ops::Forward>(),
                                                         problem_, forward_query(), forward_call());
    return {chosen.workspace_bytes,
            [launch = std::move(chosen.launch), p = problem_, x = input.value, w = weight_.stored, b = bias_.stored](
                void* y, const Addresses& at, void* workspace, stream_t s) {
              launch(static_cast<T*>(y), at.get<T>(x), at.get<T>(w), at.get<T>(b), p, workspace, s);
            },
            chosen.own};
  }

  Builder& builder_;
  std::string name_;
  Problem problem_;
  ParameterTensors weight_, bias_;
};

}  // namespace

std::unique_ptr<Op> make_conv2d(OpContext& context, const Layer& layer, const Conv2dLayer& l, const Activation& input) {
  const Shape& in = input.shape;
  const Conv2d problem{context.batch, in.h,     in.w,  in.c,   l.filters, l.kernel,
                       l.kernel,      l.stride, l.pad, l.relu, l.groups};
  return with_type_of(context.storage, [&]<class T>(T) -> std::unique_ptr<Op> {
    return std::make_unique<WeightedOp<ConvolutionOps<T>>>(context, layer, problem, input);
  });
}

std::unique_ptr<Op> make_dense(OpContext& context, const Layer& layer, const DenseLayer& l, const Activation& input) {
  const Dense problem{context.batch, int(input.shape.size()), l.units, l.relu, input.mask_scale};
  return with_type_of(context.storage, [&]<class T>(T) -> std::unique_ptr<Op> {
    return std::make_unique<WeightedOp<DenseOps<T>>>(context, layer, problem, input);
  });
}

}  // namespace gs
