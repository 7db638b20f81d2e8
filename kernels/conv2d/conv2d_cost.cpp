// conv2d_cost.cpp - operations and bytes of a convolution, counted by hand. Products with padding are included, as in
// cuDNN; a multiply-add is two operations.
#include "kernels/conv2d/conv2d.h"

namespace gs {
namespace {
double products(const Conv2d& d) {
  return 2.0 * double(d.y_size()) * d.r * d.s * d.group_c();
}
/// Bytes of x, y and the filters (or of gradients in their shapes), `stored` bytes per value.
double bytes(const Conv2d& d, std::size_t stored) {
  return double(stored) * double(d.x_size() + d.y_size() + d.w_size());
}
}  // namespace

template <class T>
Cost cost(Conv2dForward<T>, const Conv2d& d) {
  return {products(d) + double(d.y_size()) * (d.relu ? 2 : 1), bytes(d, sizeof(T)) + double(sizeof(T)) * d.k};
}
template <class T>
Cost cost(Conv2dDataGradient<T>, const Conv2d& d) {
  return {products(d), bytes(d, sizeof(T))};
}
template <class T>
Cost cost(Conv2dFilterGradient<T>, const Conv2d& d) {
  return {products(d) + double(d.y_size()),
          double(sizeof(T)) * double(d.x_size() + d.y_size()) + double(sizeof(float)) * double(d.w_size() + d.k)};
}

template Cost cost(Conv2dForward<float>, const Conv2d&);
template Cost cost(Conv2dForward<bf16>, const Conv2d&);
template Cost cost(Conv2dDataGradient<float>, const Conv2d&);
template Cost cost(Conv2dDataGradient<bf16>, const Conv2d&);
template Cost cost(Conv2dFilterGradient<float>, const Conv2d&);
template Cost cost(Conv2dFilterGradient<bf16>, const Conv2d&);

}  // namespace gs
