// onednn_layer.h - the three operations of a layer with weights, for convolution and dense layers: they differ only in
// their oneDNN descriptors.
#pragma once
#include <dnnl_debug.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "engine/core/error.h"
#include "engine/library/onednn_operations.h"
#include "kernels/bias/bias.h"

namespace gs::onednn {

inline constexpr auto fp32 = dnnl::memory::data_type::f32;

/// Calls f and translates oneDNN's exceptions to a gs::Error that names the problem.
template <class Problem, class F>
decltype(auto) translated(const Problem& problem, F&& f) {
  try {
    return f();
  } catch (const dnnl::error& error) {
    throw Error(
        fmt::format("oneDNN: {} ({}) in a {}", error.message, dnnl_status2str(error.status), describe(problem)));
  }
}

/// `Kind` names the primitives and the project's ops, and makes primitive descriptors for a problem (see
/// onednn_conv2d.cpp).
template <class Kind>
class Layer {
 public:
  using Problem = typename Kind::Problem;

  Layer(const Runtime& runtime, const Problem& problem) : runtime_(runtime), problem_(problem), layouts_(problem) {}

  std::vector<Implementation<typename Kind::ForwardOp>> forward() const {
    return offer<typename Kind::ForwardOp>(
        Kind::forward(runtime_.engine, attributes(problem_.relu), layouts_),
        [this](const auto& descriptor) {
          return make<typename Kind::Forward>(
              descriptor, {DNNL_ARG_WEIGHTS, layouts_.weights, descriptor.weights_desc()},
              {{DNNL_ARG_SRC, layouts_.x}, {DNNL_ARG_BIAS, layouts_.bias}, {DNNL_ARG_DST, layouts_.y}});
        },
        [](Product& product, float* y, const float* x, const float* w, const float* bias, const Problem&,
           void* workspace, stream_t) {
          product.run(w, {{DNNL_ARG_SRC, x}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, y}}, workspace);
        });
  }

  /// oneDNN has no post-ops on gradients, so an own kernel sets dx to 0 where relu_output is <= 0, and scales it
  /// elsewhere.
  std::vector<Implementation<typename Kind::DataGradientOp>> data_gradient(const Registry& registry) const {
    const Variant<ReluGradient<float>>* const mask = &registry.highest<ReluGradient<float>>();
    const Rows rows = Kind::input_rows(problem_);
    const auto hint = Kind::forward(runtime_.engine, attributes(false), layouts_);
    if (!hint) return {};
    return offer<typename Kind::DataGradientOp>(
        Kind::data_gradient(runtime_.engine, attributes(false), layouts_, hint),
        [this](const auto& descriptor) {
          return make<typename Kind::DataGradient>(descriptor,
                                                   {DNNL_ARG_WEIGHTS, layouts_.weights, descriptor.weights_desc()},
                                                   {{DNNL_ARG_DIFF_SRC, layouts_.x}, {DNNL_ARG_DIFF_DST, layouts_.y}});
        },
        [mask, rows](Product& product, float* dx, const float* dy, const float* w, const float* relu_output,
                     const Problem&, void* workspace, stream_t stream) {
          product.run(w, {{DNNL_ARG_DIFF_SRC, dx}, {DNNL_ARG_DIFF_DST, dy}}, workspace);
          if (relu_output) mask->launch(dx, relu_output, rows, workspace, stream);
        },
        mask->workspace_bytes(rows));
  }

  std::vector<Implementation<typename Kind::FilterGradientOp>> filter_gradient() const {
    const auto hint = Kind::forward(runtime_.engine, attributes(false), layouts_);
    if (!hint) return {};
    return offer<typename Kind::FilterGradientOp>(
        Kind::filter_gradient(runtime_.engine, attributes(false), layouts_, hint),
        [this](const auto& descriptor) {
          return make<typename Kind::FilterGradient>(
              descriptor, {DNNL_ARG_DIFF_WEIGHTS, layouts_.weights, descriptor.diff_weights_desc()},
              {{DNNL_ARG_SRC, layouts_.x}, {DNNL_ARG_DIFF_BIAS, layouts_.bias}, {DNNL_ARG_DIFF_DST, layouts_.y}});
        },
        [](Product& product, float* dw, float* db, const float* x, const float* dy, const Problem&, void* workspace,
           stream_t) {
          product.run(dw, {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_BIAS, db}, {DNNL_ARG_DIFF_DST, dy}}, workspace);
        });
  }

 private:
  template <class Primitive>
  std::shared_ptr<Product> make(const typename Primitive::primitive_desc& descriptor, const Weights& weights,
                                const std::vector<Tensor>& tensors) const {
    return std::make_shared<Product>(runtime_, Primitive(descriptor), descriptor.scratchpad_desc(), weights, tensors);
  }

  /// At most one implementation: make(descriptor) creates the product, run(product, launch arguments...) runs it.
  template <class Op, class Descriptor, class Make, class Run>
  std::vector<Implementation<Op>> offer(const Descriptor& descriptor, Make make, Run run,
                                        std::size_t more_workspace = 0) const {
    if (!descriptor || is_reference(descriptor.impl_info_str())) return {};
    const std::shared_ptr<Product> product = make(descriptor);
    auto launch = [problem = problem_, product, run](auto&&... arguments) {
      translated(problem, [&] { run(*product, arguments...); });
    };
    return {{.name = "onednn",
             .note = descriptor.impl_info_str(),
             .workspace_bytes = std::max(product->workspace_bytes(), more_workspace),
             .launch = launch}};
  }

  const Runtime& runtime_;
  const Problem& problem_;
  typename Kind::Layouts layouts_;
};

}  // namespace gs::onednn
