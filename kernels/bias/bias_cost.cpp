// bias_cost.cpp - the least work of bias, ReLU and their gradients: every input once, every output once.
#include "kernels/bias/bias.h"

namespace gs {
namespace {
double size(const Rows& p) {
  return double(p.rows) * p.columns;
}
}  // namespace

template <class T>
Cost cost(BiasActivation<T>, const Rows& p) {
  return {.flops = size(p) * (p.relu ? 2 : 1), .bytes = sizeof(T) * (2 * size(p) + p.columns)};
}
template <class T>
Cost cost(BiasGradient<T>, const Rows& p) {
  return {.flops = size(p), .bytes = sizeof(T) * size(p) + double(sizeof(float)) * p.columns};
}
template <class T>
Cost cost(ReluGradient<T>, const Rows& p) {
  return {.flops = size(p), .bytes = 3 * sizeof(T) * size(p)};
}

template Cost cost(BiasActivation<float>, const Rows&);
template Cost cost(BiasActivation<bf16>, const Rows&);
template Cost cost(BiasGradient<float>, const Rows&);
template Cost cost(BiasGradient<bf16>, const Rows&);
template Cost cost(ReluGradient<float>, const Rows&);
template Cost cost(ReluGradient<bf16>, const Rows&);

}  // namespace gs
