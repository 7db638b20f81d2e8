// max_pool.cpp - max-pooling as a layer; the forward call stores the position of each maximum in one byte.
#include "kernels/maxpool/maxpool.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct MaxPoolLayer final : LayerKind {
  int window, stride;
  MaxPoolLayer(int window, int stride) : window(window), stride(stride) {}

  std::string describe() const override { return fmt::format("max-pool {0}x{0}/{1}", window, stride); }
  LayerForm form() const override { return MaxPoolForm{window, stride}; }
  double forward_flops(const Layer& layer) const override {
    return double(layer.output.size()) * (window * window - 1);
  }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    const MaxPool problem{l.batch, x.shape.h, x.shape.w, x.shape.c, window, stride};
    const TensorId argmax = l.calls.tensors().add(layer.name + " argmax", std::size_t(problem.y_size()));
    return lowered(
        l, layer, x,
        [&]<class T>(T, TensorId y) {
          l.calls.call<MaxPoolForward<T>>(layer.name + " forward", Pass::forward, problem, out(y), out(argmax),
                                          in(x.tensor));
        },
        [=, &l, name = layer.name]<class T>(T, TensorId, TensorId dx, TensorId dy) {
          l.calls.call<MaxPoolBackward<T>>(name + " backward", Pass::backward, problem, out(dx), in(dy), in(argmax));
        });
  }
};

}  // namespace

NetBuilder& NetBuilder::max_pool(int window, int stride) {
  const Shape in = shape();
  if (stride == 0) stride = window;
  if (in.h < window || in.w < window)
    throw UsageError(fmt::format("{}: a {}x{} max-pool does not fit its {}x{} input; use a larger --image-size",
                                 net_name(), window, window, in.h, in.w));
  append("pool", std::make_shared<MaxPoolLayer>(window, stride),
         {(in.h - window) / stride + 1, (in.w - window) / stride + 1, in.c});
  return *this;
}

}  // namespace gs
