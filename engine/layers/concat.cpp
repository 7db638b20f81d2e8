// concat.cpp - concatenation of two values along the channels, as a layer.
#include "kernels/concat/concat.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct ConcatLayer final : LayerKind {
  std::string describe() const override { return "concat"; }
  LayerForm form() const override { return ConcatForm{}; }
  double forward_flops(const Layer&) const override { return 0; }
  double forward_bytes(const Layer& layer) const override { return 8.0 * double(layer.output.size()); }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value a = inputs[0], b = inputs[1], y = l.value(layer, inputs);
    const Concat problem{std::int64_t(l.batch) * a.shape.h * a.shape.w, a.shape.c, b.shape.c};
    with_type_of(l.storage, [&]<class T>(T) {
      l.calls.call<ConcatForward<T>>(layer.name + " forward", Pass::forward, problem, out(y.tensor), in(a.tensor),
                                     in(b.tensor));
    });
    return {y, [=, &l, name = layer.name](TensorId dy) {
              // One call writes both gradients, even if an input wants none.
              const auto place = [&](const Value& x, TensorId gradient) {
                return gradient != no_tensor ? gradient
                                             : l.calls.tensors().add_numbers(name + " unread gradient",
                                                                             l.batch * x.shape.size(), l.storage);
              };
              const TensorId da = l.gradient_of(a), db = l.gradient_of(b);
              with_type_of(l.storage, [&]<class T>(T) {
                l.calls.call<ConcatBackward<T>>(name + " backward", Pass::backward, problem, out(place(a, da)),
                                                out(place(b, db)), in(dy), in(no_tensor), in(no_tensor));
              });
              return std::vector<TensorId>{da, db};
            }};
  }
};

}  // namespace

NetBuilder& NetBuilder::concat(const std::string& named) {
  const Shape a = shape(), b = shape(named);
  if (a.h != b.h || a.w != b.w)
    throw Error(fmt::format("{}: the channels of '{}' of {} cannot follow those of {}", net_name(), named, extents(b),
                            extents(a)));
  append("concat", std::make_shared<ConcatLayer>(), {a.h, a.w, extent_of("concat", std::int64_t(a.c) + b.c)}, named);
  return *this;
}

}  // namespace gs
