// scale_element.cu - y = a x, one thread per element. Memory-bound: two values move per operation.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/scale/scale.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void scale(T* __restrict__ y, const T* __restrict__ x, Scaling p) {
  for (std::int64_t i : grid_stride(p.size)) y[i] = rounded<T>(p.a * widened(x[i]));
}

template <class T>
void scale_element(T* y, const T* x, const Scaling& p, void*, stream_t stream) {
  launch_elementwise<scale<T>>(p.size, stream, y, x, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<Scale<T>>({.name = "element", .rank = 1, .launch = &scale_element<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
