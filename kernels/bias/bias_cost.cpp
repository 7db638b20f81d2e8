// bias_cost.cpp - the least work of bias, ReLU and their gradients: every input once, every output once.
#include "kernels/bias/bias.h"

namespace gs {
namespace {
double size(const Rows& p) {
  return double(p.rows) * p.columns;
}
}  // namespace

Cost cost(BiasActivation, const Rows& p) {
  return {.flops = size(p) * (p.relu ? 2 : 1), .bytes = 8 * size(p) + 4.0 * p.columns};
}
Cost cost(BiasGradient, const Rows& p) {
  return {.flops = size(p), .bytes = 4 * size(p) + 4.0 * p.columns};
}
Cost cost(ReluGradient, const Rows& p) {
  return {.flops = size(p), .bytes = 12 * size(p)};
}

}  // namespace gs
