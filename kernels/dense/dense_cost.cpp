// dense_cost.cpp - operations and bytes of a dense layer, counted by hand; a multiply-add is two operations.
#include "kernels/dense/dense.h"

namespace gs {
namespace {
double products(const Dense& d) {
  return 2.0 * d.n * d.in * d.out;
}
double weights(const Dense& d) {
  return double(d.in) * d.out;
}
}  // namespace

template <class T>
Cost cost(DenseForward<T>, const Dense& d) {
  const double outputs = double(d.n) * d.out;
  return {products(d) + outputs * (d.relu ? 2 : 1), sizeof(T) * (weights(d) + d.out + double(d.n) * d.in + outputs)};
}
template <class T>
Cost cost(DenseDataGradient<T>, const Dense& d) {
  return {products(d), sizeof(T) * (weights(d) + double(d.n) * d.in + double(d.n) * d.out)};
}
template <class T>
Cost cost(DenseWeightGradient<T>, const Dense& d) {
  return {products(d) + double(d.n) * d.out,
          sizeof(float) * (weights(d) + d.out) + sizeof(T) * (double(d.n) * d.in + double(d.n) * d.out)};
}

template Cost cost(DenseForward<float>, const Dense&);
template Cost cost(DenseForward<bf16>, const Dense&);
template Cost cost(DenseDataGradient<float>, const Dense&);
template Cost cost(DenseDataGradient<bf16>, const Dense&);
template Cost cost(DenseWeightGradient<float>, const Dense&);
template Cost cost(DenseWeightGradient<bf16>, const Dense&);

}  // namespace gs
