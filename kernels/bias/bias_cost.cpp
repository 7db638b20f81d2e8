// bias_cost.cpp - the least work of bias, ReLU and their gradients: every input once, every output once.
#include "kernels/bias/bias.h"

namespace gs {
namespace {
double size(const Rows& p) {
  return double(p.rows) * p.columns;
}
}  // namespace

template <class T>
Cost cost(BiasActivationOf<T>, const Rows& p) {
  return {.flops = size(p) * (p.relu ? 2 : 1), .bytes = sizeof(T) * (2 * size(p) + p.columns)};
}
template <class T>
Cost cost(BiasGradientOf<T>, const Rows& p) {
  return {.flops = size(p), .bytes = sizeof(T) * size(p) + double(sizeof(float)) * p.columns};
}
template <class T>
Cost cost(ReluGradientOf<T>, const Rows& p) {
  return {.flops = size(p), .bytes = 3 * sizeof(T) * size(p)};
}

template Cost cost(BiasActivationOf<float>, const Rows&);
template Cost cost(BiasActivationOf<bf16>, const Rows&);
template Cost cost(BiasGradientOf<float>, const Rows&);
template Cost cost(BiasGradientOf<bf16>, const Rows&);
template Cost cost(ReluGradientOf<float>, const Rows&);
template Cost cost(ReluGradientOf<bf16>, const Rows&);

}  // namespace gs
