// dense_cost.cpp - operations and bytes of a dense layer, by hand: a multiply-add is two operations.
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

Cost cost(DenseForward, const Dense& d) {
  const double outputs = double(d.n) * d.out;
  return {products(d) + outputs * (d.relu ? 2 : 1), 4 * (weights(d) + d.out + double(d.n) * d.in + outputs)};
}
Cost cost(DenseDataGradient, const Dense& d) {
  return {products(d), 4 * (weights(d) + double(d.n) * d.in + double(d.n) * d.out)};
}
Cost cost(DenseFilterGradient, const Dense& d) {
  return {products(d) + double(d.n) * d.out, 4 * (weights(d) + d.out + double(d.n) * d.in + double(d.n) * d.out)};
}

}  // namespace gs
