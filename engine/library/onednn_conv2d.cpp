// onednn_conv2d.cpp - convolution by oneDNN. Tensors are explicitly NHWC, since oneDNN's own choice for one input
// channel is a reference loop. The layout of filters is oneDNN's choice: for KRSC it has only the reference loop.
#include "engine/library/onednn_compat.h"
#include "engine/library/onednn_layer.h"

namespace gs::onednn {
namespace {

using Layout = dnnl::memory::desc;
using Order = dnnl::memory::format_tag;
constexpr auto direct = dnnl::algorithm::convolution_direct;

struct Convolution {
  using Problem = Conv2d;
  using ForwardOp = Conv2dForward<float>;
  using DataGradientOp = Conv2dDataGradient<float>;
  using FilterGradientOp = Conv2dFilterGradient<float>;
  using Forward = dnnl::convolution_forward;
  using DataGradient = dnnl::convolution_backward_data;
  using FilterGradient = dnnl::convolution_backward_weights;

  /// oneDNN takes extents in the order N C H W and K C R S for any memory layout.
  struct Layouts {
    Layout x, y, bias, weights, any_weights;
    dnnl::memory::dims stride, pad;
    /// KRSC as stored, or oneDNN's choice. Groups are a separate extent.
    static Layout filters(const Conv2d& p, bool as_stored) {
      if (p.groups == 1) return {{p.k, p.c, p.r, p.s}, fp32, as_stored ? Order::ohwi : Order::any};
      const dnnl::memory::dims extents = {p.groups, p.group_k(), p.group_c(), p.r, p.s};
      if (!as_stored) return {extents, fp32, Order::any};
      const dnnl::memory::dim filter = dnnl::memory::dim(p.r) * p.s * p.group_c();
      return {extents, fp32, dnnl::memory::dims{p.group_k() * filter, filter, 1, p.s * p.group_c(), p.group_c()}};
    }
    explicit Layouts(const Conv2d& p)
        : x({p.n, p.c, p.h, p.w}, fp32, Order::nhwc),
          y({p.n, p.k, p.p(), p.q()}, fp32, Order::nhwc),
          bias({p.k}, fp32, Order::x),
          weights(filters(p, true)),
          any_weights(filters(p, false)),
          stride{p.stride, p.stride},
          pad{p.pad, p.pad} {}
  };

  static Forward::primitive_desc forward(const dnnl::engine& engine, const dnnl::primitive_attr& a, const Layouts& t) {
    return describe<Forward>(engine, a, std::tuple<>(), dnnl::prop_kind::forward_training, direct, t.x, t.any_weights,
                             t.bias, t.y, t.stride, t.pad, t.pad);
  }
  static DataGradient::primitive_desc data_gradient(const dnnl::engine& engine, const dnnl::primitive_attr& a,
                                                    const Layouts& t, const Forward::primitive_desc& hint) {
    return describe<DataGradient>(engine, a, std::tie(hint), direct, t.x, t.any_weights, t.y, t.stride, t.pad, t.pad);
  }
  static FilterGradient::primitive_desc filter_gradient(const dnnl::engine& engine, const dnnl::primitive_attr& a,
                                                        const Layouts& t, const Forward::primitive_desc& hint) {
    return describe<FilterGradient>(engine, a, std::tie(hint), direct, t.x, t.any_weights, t.bias, t.y, t.stride, t.pad,
                                    t.pad);
  }
  static Rows input_rows(const Conv2d& p) { return {std::int64_t(p.n) * p.h * p.w, p.c}; }
};

}  // namespace

std::string describe(const Conv2d& p) {
  return fmt::format("convolution of {}x{}x{}x{} with {} filters {}x{}, stride {}, padding {}, groups {}", p.n, p.h,
                     p.w, p.c, p.k, p.r, p.s, p.stride, p.pad, p.groups);
}

std::vector<Implementation<Conv2dForward<float>>> conv2d_forward(const Runtime& runtime, const Conv2d& p) {
  return translated(p, [&] { return Layer<Convolution>(runtime, p).forward(); });
}
std::vector<Implementation<Conv2dDataGradient<float>>> conv2d_data_gradient(const Runtime& runtime,
                                                                            const Registry& registry, const Conv2d& p) {
  return translated(p, [&] { return Layer<Convolution>(runtime, p).data_gradient(registry); });
}
std::vector<Implementation<Conv2dFilterGradient<float>>> conv2d_filter_gradient(const Runtime& runtime,
                                                                                const Conv2d& p) {
  return translated(p, [&] { return Layer<Convolution>(runtime, p).filter_gradient(); });
}

}  // namespace gs::onednn
