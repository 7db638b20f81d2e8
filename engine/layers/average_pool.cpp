// average_pool.cpp - average pooling over windows or whole maps, as a layer.
#include "kernels/average_pool/average_pool.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/layers/lowering.h"
#include "engine/net/net_builder.h"

namespace gs {
namespace {

struct AveragePoolLayer final : LayerKind {
  int window_h, window_w, stride;
  AveragePoolLayer(int window_h, int window_w, int stride) : window_h(window_h), window_w(window_w), stride(stride) {}

  std::string describe() const override { return fmt::format("avg-pool {}x{}/{}", window_h, window_w, stride); }
  LayerForm form() const override { return AveragePoolForm{window_h, window_w, stride}; }
  double forward_flops(const Layer& layer) const override { return double(layer.output.size()) * window_h * window_w; }

  LoweredLayer lower(Lowering& l, const Layer& layer, const std::vector<Value>& inputs) const override {
    const Value x = inputs[0];
    const AveragePool problem{l.batch, x.shape.h, x.shape.w, x.shape.c, window_h, window_w, stride};
    return lowered(
        l, layer, x,
        [&]<class T>(T, TensorId y) {
          l.calls.call<AveragePoolForward<T>>(layer.name + " forward", Pass::forward, problem, out(y), in(x.tensor));
        },
        [=, &l, name = layer.name]<class T>(T, TensorId, TensorId dx, TensorId dy) {
          l.calls.call<AveragePoolBackward<T>>(name + " backward", Pass::backward, problem, out(dx), in(dy),
                                               in(no_tensor));
        });
  }
};

}  // namespace

NetBuilder& NetBuilder::average_pool(int window, int stride) {
  const Shape in = shape();
  if (stride == 0) stride = window;
  if (in.h < window || in.w < window)
    throw UsageError(fmt::format("{}: a {}x{} average pool does not fit its {}x{} input; use a larger --image-size",
                                 net_name(), window, window, in.h, in.w));
  append("avgpool", std::make_shared<AveragePoolLayer>(window, window, stride),
         {(in.h - window) / stride + 1, (in.w - window) / stride + 1, in.c});
  return *this;
}

NetBuilder& NetBuilder::global_average_pool() {
  const Shape in = shape();
  append("avgpool", std::make_shared<AveragePoolLayer>(in.h, in.w, 1), {1, 1, in.c});
  return *this;
}

}  // namespace gs
