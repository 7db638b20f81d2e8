// weighted_op.cpp - convolution and dense layers. Both are a product with weights and a bias: bias and ReLU join the
// forward step, the bias gradient joins the filter gradient's, the ReLU gradient of the layer below joins the data
// gradient's.
#include "engine/ops/op.h"

namespace gs {
namespace {

/// Where the rooms and the library keep the three ops of a convolution.
struct ConvolutionOps {
  using Problem = Conv2d;
  using Forward = Conv2dForward;
  using DataGradient = Conv2dDataGradient;
  using FilterGradient = Conv2dFilterGradient;
  static auto forward(const Rooms& r) { return r.conv2d_forward; }
  static auto data_gradient(const Rooms& r) { return r.conv2d_data_gradient; }
  static auto filter_gradient(const Rooms& r) { return r.conv2d_filter_gradient; }
  static auto forward(Library& l, const Conv2d& p) { return l.conv2d_forward(p); }
  static auto data_gradient(Library& l, const Conv2d& p) { return l.conv2d_data_gradient(p); }
  static auto filter_gradient(Library& l, const Conv2d& p) { return l.conv2d_filter_gradient(p); }
};

/// The same of a dense layer.
struct DenseOps {
  using Problem = Dense;
  using Forward = DenseForward;
  using DataGradient = DenseDataGradient;
  using FilterGradient = DenseFilterGradient;
  static auto forward(const Rooms& r) { return r.dense_forward; }
  static auto data_gradient(const Rooms& r) { return r.dense_data_gradient; }
  static auto filter_gradient(const Rooms& r) { return r.dense_filter_gradient; }
  static auto forward(Library& l, const Dense& p) { return l.dense_forward(p); }
  static auto data_gradient(Library& l, const Dense& p) { return l.dense_data_gradient(p); }
  static auto filter_gradient(Library& l, const Dense& p) { return l.dense_filter_gradient(p); }
};

template <class Ops>
class WeightedOp : public Op {
  using Problem = typename Ops::Problem;

  Step forward_step() const {
    return {.name = name_ + " forward",
            .pass = Pass::forward,
            .reads = {input.value, weight_.value, bias_.value},
            .writes = {output.value}};
  }
  LibraryQuery<typename Ops::Forward> forward_query() const {
    return [p = problem_](Library& library) { return Ops::forward(library, p); };
  }
  auto forward_call() const {
    return [p = problem_, y = output.value, x = input.value, w = weight_.value, b = bias_.value](
               const auto& launch, const Addresses& at, void* workspace, stream_t s) {
      launch(at.get(y), at.get(x), at.get(w), at.get(b), p, workspace, s);
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
    using Forward = typename Ops::Forward;
    return WeightedForward<Forward>{name_, problem_, input.value, weight_.value, bias_.value, [this] {
                                      return builder_.choose<Forward>(forward_step(), Ops::forward(builder_.rooms()),
                                                                      problem_, forward_query(), forward_call());
                                    }};
  }

  void forward() override {
    if (taken_in) return;
    builder_.step<typename Ops::Forward>(forward_step(), Ops::forward(builder_.rooms()), problem_, forward_query(),
                                         forward_call());
  }

  void backward() override {
    builder_.step<typename Ops::FilterGradient>(
        {.name = name_ + " filter gradient",
         .pass = Pass::backward,
         .reads = {input.value, output.gradient},
         .writes = {weight_.gradient, bias_.gradient}},
        Ops::filter_gradient(builder_.rooms()), problem_,
        [p = problem_](Library& library) { return Ops::filter_gradient(library, p); },
        [p = problem_, dw = weight_.gradient, db = bias_.gradient, x = input.value, dy = output.gradient](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get(dw), at.get(db), at.get(x), at.get(dy), p, workspace, s);
        });
    if (input.gradient == no_tensor) return;
    const TensorId mask = OpContext::relu_mask(input);
    builder_.step<typename Ops::DataGradient>(
        {.name = name_ + " data gradient",
         .pass = Pass::backward,
         .reads = {output.gradient, weight_.value, mask},
         .writes = {input.gradient}},
        Ops::data_gradient(builder_.rooms()), problem_,
        [p = problem_](Library& library) { return Ops::data_gradient(library, p); },
        [p = problem_, dx = input.gradient, dy = output.gradient, w = weight_.value, mask](
            const auto& launch, const Addresses& at, void* workspace, stream_t s) {
          launch(at.get(dx), at.get(dy), at.get(w), at.get(mask), p, workspace, s);
        });
  }

 private:
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
  return std::make_unique<WeightedOp<ConvolutionOps>>(context, layer, problem, input);
}

std::unique_ptr<Op> make_dense(OpContext& context, const Layer& layer, const DenseLayer& l, const Activation& input) {
  const Dense problem{context.batch, int(input.shape.size()), l.units, l.relu, input.mask_scale};
  return std::make_unique<WeightedOp<DenseOps>>(context, layer, problem, input);
}

}  // namespace gs
