// conv2d_cost.cpp - operations and bytes of a convolution, by hand. Products with padding are counted, as cuDNN and
// everyone counts them; a multiply-add is two operations.
#include "kernels/conv2d/conv2d.h"

namespace gs {
namespace {
double products(const Conv2d& d) {
  return 2.0 * double(d.y_size()) * d.r * d.s * d.group_c();
}
double bytes(const Conv2d& d) {
  return 4.0 * double(d.x_size() + d.y_size() + d.w_size());
}
}  // namespace

Cost cost(Conv2dForward, const Conv2d& d) {
  return {products(d) + double(d.y_size()) * (d.relu ? 2 : 1), bytes(d) + 4.0 * d.k};
}
Cost cost(Conv2dDataGradient, const Conv2d& d) {
  return {products(d), bytes(d)};
}
Cost cost(Conv2dFilterGradient, const Conv2d& d) {
  return {products(d) + double(d.y_size()), bytes(d) + 4.0 * d.k};
}

}  // namespace gs
