// batch_norm_cost.cpp - the least work of batch normalisation. x (backward: dy and x) counts once, though variants
// read it twice from memory unless it fits a cache; plus a few values per channel.
#include "kernels/batch_norm/batch_norm_parts.h"

namespace gs {
namespace {
/// `values`: tensors of the activations' type; `floats`: fp32 vectors per channel; each moved once.
template <class T>
double bytes(const BatchNorm& p, int values, int floats) {
  return double(values) * sizeof(T) * double(p.size()) + 4.0 * floats * p.c;
}
}  // namespace

template <class T>
Cost cost(BatchNormForward<T>, const BatchNorm& p) {
  // sum 1, deviation 1, squares 2, map 4; in: gamma, beta, the running averages; out: these, mean, inverse deviation
  return {.flops = (p.relu ? 9.0 : 8.0) * double(p.size()), .bytes = bytes<T>(p, 2, 8)};
}
template <class T>
Cost cost(BatchNormInference<T>, const BatchNorm& p) {
  return {.flops = (p.relu ? 5.0 : 4.0) * double(p.size()), .bytes = bytes<T>(p, 2, 4)};
}
template <class T>
Cost cost(BatchNormBackward<T>, const BatchNorm& p) {
  // x^ 2, sums 3, dx 5; in: gamma, mean, inverse deviation; out: dgamma, dbeta
  return {.flops = 10.0 * double(p.size()), .bytes = bytes<T>(p, 3, 5)};
}

template <class T>
Cost cost(BatchNormMoments<T>, const BatchNorm& p) {
  return {.flops = 4.0 * double(p.size()), .bytes = bytes<T>(p, 1, 3)};
}
Cost cost(BatchNormJoin, const JoinedMoments& p) {
  // a merge 10, the averages 12; in: the moments and the running averages; out: these, mean, inverse deviation
  return {.flops = (10.0 * p.parts + 12) * p.c, .bytes = 4.0 * (3 * p.parts + 6) * p.c};
}
template <class T>
Cost cost(BatchNormApply<T>, const BatchNorm& p) {
  return {.flops = (p.relu ? 5.0 : 4.0) * double(p.size()), .bytes = bytes<T>(p, 2, 4)};
}
template <class T>
Cost cost(BatchNormSums<T>, const BatchNorm& p) {
  return {.flops = 5.0 * double(p.size()), .bytes = bytes<T>(p, 2, 4)};
}
template <class T>
Cost cost(BatchNormDataGradient<T>, const BatchNorm& p) {
  return {.flops = 7.0 * double(p.size()), .bytes = bytes<T>(p, 3, 5)};
}

template Cost cost(BatchNormForward<float>, const BatchNorm&);
template Cost cost(BatchNormForward<bf16>, const BatchNorm&);
template Cost cost(BatchNormInference<float>, const BatchNorm&);
template Cost cost(BatchNormInference<bf16>, const BatchNorm&);
template Cost cost(BatchNormBackward<float>, const BatchNorm&);
template Cost cost(BatchNormBackward<bf16>, const BatchNorm&);
template Cost cost(BatchNormMoments<float>, const BatchNorm&);
template Cost cost(BatchNormMoments<bf16>, const BatchNorm&);
template Cost cost(BatchNormApply<float>, const BatchNorm&);
template Cost cost(BatchNormApply<bf16>, const BatchNorm&);
template Cost cost(BatchNormSums<float>, const BatchNorm&);
template Cost cost(BatchNormSums<bf16>, const BatchNorm&);
template Cost cost(BatchNormDataGradient<float>, const BatchNorm&);
template Cost cost(BatchNormDataGradient<bf16>, const BatchNorm&);

}  // namespace gs
