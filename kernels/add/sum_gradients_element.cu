// sum_gradients_element.cu - the sum of two gradients, masked by a ReLU, one thread per element.
//
// Two values in (three with a mask) and one out per element, one addition: bound by memory.
#include "kernels/add/add.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
__global__ void sum_plain(T* __restrict__ sum, const T* __restrict__ a, const T* __restrict__ b, Sum p) {
  for (std::int64_t i : grid_stride(p.size)) sum[i] = rounded<T>(widened(a[i]) + widened(b[i]));
}

template <class T>
__global__ void sum_masked(T* __restrict__ sum, const T* __restrict__ a, const T* __restrict__ b,
                           const T* __restrict__ relu_output, Sum p) {
  for (std::int64_t i : grid_stride(p.size)) {
    const float both = widened(a[i]) + widened(b[i]);
    sum[i] = rounded<T>(widened(relu_output[i]) <= 0 ? 0.0f : both);
  }
}

template <class T>
void run(T* sum, const T* a, const T* b, const T* relu_output, const Sum& p, void*, stream_t stream) {
  if (relu_output)
    launch_elementwise<sum_masked<T>>(p.size, stream, sum, a, b, relu_output, p);
  else
    launch_elementwise<sum_plain<T>>(p.size, stream, sum, a, b, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<SumGradients<T>>({.name = "element", .rank = 1, .launch = &run<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
