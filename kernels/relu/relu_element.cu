// relu_element.cu - y = max(x, 0) and its gradient, one thread per element.
//
// Forward moves two values per element, backward three, with one comparison: bound by memory. fmaxf would turn NaN into
// 0, so it is a comparison.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/relu/relu.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ x, std::int64_t size) {
  for (std::int64_t i : grid_stride(size)) y[i] = rounded<T>(widened(x[i]) <= 0 ? 0.0f : widened(x[i]));
}

template <class T>
__global__ void backward(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ y, std::int64_t size) {
  for (std::int64_t i : grid_stride(size)) dx[i] = rounded<T>(widened(y[i]) <= 0 ? 0.0f : widened(dy[i]));
}

template <class T>
void run_forward(T* y, const T* x, const Relu& p, void*, stream_t stream) {
  launch_elementwise<forward<T>>(p.size, stream, y, x, p.size);
}

template <class T>
void run_backward(T* dx, const T* dy, const T* y, const Relu& p, void*, stream_t stream) {
  launch_elementwise<backward<T>>(p.size, stream, dx, dy, y, p.size);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<ReluForward<T>>({.name = "element", .rank = 1, .launch = &run_forward<T>});
  registry.add<ReluBackward<T>>({.name = "element", .rank = 1, .launch = &run_backward<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
