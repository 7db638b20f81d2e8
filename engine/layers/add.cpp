// add.cpp - the sum of two values as a layer, which ends a shortcut (He et al. 2016).
#include "kernels/add/add.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct AddLayer final : LayerKind {
  Shape skip;
  int stride;  ///< every stride-th pixel of the skip is added
  int channels;
  AddLayer(Shape skip, int stride, int channels) : skip(skip), stride(stride), channels(channels) {}

  std::string describe() const override { return stride == 1 ? "add" : fmt::format("add /{}", stride); }
  LayerForm form() const override { return AddForm{skip, stride, Add{.c = channels, .skip_c = skip.c}.before()}; }
  double forward_flops(const Layer& layer) const override { return double(layer.output.size()); }
  double forward_bytes(const Layer& layer) const override {
    return 4.0 * double(2 * layer.output.size() + skip.size() / (stride * stride));
  }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value a = inputs[0], b = inputs[1], y = l.value(layer, inputs);
    Add problem;
    problem.n = l.batch, problem.h = y.shape.h, problem.w = y.shape.w, problem.c = y.shape.c;
    problem.skip_h = skip.h, problem.skip_w = skip.w, problem.skip_c = skip.c, problem.skip_stride = stride;
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<AddForward<T>>(layer.name + " forward", Pass::forward, problem, out(y.tensor), in(a.tensor),
                                  in(b.tensor));
    });
    return {y, [=, &l, name = layer.name, same_shape = a.shape == b.shape](TensorId dy) {
              const TensorId da = a.wants_gradient ? dy : no_tensor;  // passed on unchanged
              if (same_shape) return std::vector<TensorId>{da, b.wants_gradient ? dy : no_tensor};
              const TensorId db = l.gradient_of(b);
              if (db != no_tensor)
                with_type_of(l.storage, [&]<class T>(T) {
                  l.calls.call<AddSkipBackward<T>>(name + " backward", Pass::backward, problem, out(db), in(dy),
                                                   in(no_tensor));
                });
              return std::vector<TensorId>{da, db};
            }};
  }
};

}  // namespace

NetBuilder& NetBuilder::add(const std::string& named) {
  const Shape a = shape(), b = shape(named);
  const int stride = (b.h + a.h - 1) / a.h;
  const auto strided = [&](int extent) { return (extent + stride - 1) / stride; };
  if (strided(b.h) != a.h || strided(b.w) != a.w || b.c > a.c)
    throw Error(fmt::format("{}: '{}' of {} cannot be added to {}", net_name(), named, extents(b), extents(a)));
  append("add", std::make_shared<AddLayer>(b, stride, a.c), a, named);
  return *this;
}

}  // namespace gs
