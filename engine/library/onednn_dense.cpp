// onednn_dense.cpp - dense layers by oneDNN's inner product, on weights in the project's layout: a layer with few rows
// reads each weight once, so a reorder would cost as much as the product.
#include "engine/library/onednn_compat.h"
#include "engine/library/onednn_layer.h"

namespace gs::onednn {
namespace {

using Layout = dnnl::memory::desc;
using Order = dnnl::memory::format_tag;

struct InnerProduct {
  using Problem = Dense;
  using ForwardOp = DenseForward<float>;
  using DataGradientOp = DenseDataGradient<float>;
  using FilterGradientOp = DenseWeightGradient<float>;
  using Forward = dnnl::inner_product_forward;
  using DataGradient = dnnl::inner_product_backward_data;
  using FilterGradient = dnnl::inner_product_backward_weights;

  struct Layouts {
    Layout x, y, bias, weights;
    explicit Layouts(const Dense& p)
        : x({p.n, p.in}, fp32, Order::nc),
          y({p.n, p.out}, fp32, Order::nc),
          bias({p.out}, fp32, Order::x),
          weights({p.out, p.in}, fp32, Order::oi) {}
  };

  static Forward::primitive_desc forward(const dnnl::engine& engine, const dnnl::primitive_attr& a, const Layouts& t) {
    return describe<Forward>(engine, a, std::tuple<>(), dnnl::prop_kind::forward_training, t.x, t.weights, t.bias, t.y);
  }
  static DataGradient::primitive_desc data_gradient(const dnnl::engine& engine, const dnnl::primitive_attr& a,
                                                    const Layouts& t, const Forward::primitive_desc& hint) {
    return describe<DataGradient>(engine, a, std::tie(hint), t.x, t.weights, t.y);
  }
  static FilterGradient::primitive_desc filter_gradient(const dnnl::engine& engine, const dnnl::primitive_attr& a,
                                                        const Layouts& t, const Forward::primitive_desc& hint) {
    return describe<FilterGradient>(engine, a, std::tie(hint), t.x, t.weights, t.bias, t.y);
  }
  static Rows input_rows(const Dense& p) { return {p.n, p.in, false, p.mask_scale}; }
};

}  // namespace

std::string describe(const Dense& p) {
  return fmt::format("dense layer of {}x{} with {} outputs", p.n, p.in, p.out);
}

std::vector<Implementation<DenseForward<float>>> dense_forward(const Runtime& runtime, const Dense& p) {
  return translated(p, [&] { return Layer<InnerProduct>(runtime, p).forward(); });
}
std::vector<Implementation<DenseDataGradient<float>>> dense_data_gradient(const Runtime& runtime,
                                                                          const Registry& registry, const Dense& p) {
  return translated(p, [&] { return Layer<InnerProduct>(runtime, p).data_gradient(registry); });
}
std::vector<Implementation<DenseWeightGradient<float>>> dense_weight_gradient(const Runtime& runtime, const Dense& p) {
  return translated(p, [&] { return Layer<InnerProduct>(runtime, p).filter_gradient(); });
}

}  // namespace gs::onednn
