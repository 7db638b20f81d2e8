// concat_element.cu - concatenation along the channels and its gradient, one thread per element of y or dy.
//
// A value in and a value out per element (backward with masks: two in): bound by memory. Indices are 32 bits wide if
// the tensor is small enough, since finding the channel takes a division.
#include "kernels/common/kernel.h"
#include "kernels/common/nhwc.h"
#include "kernels/common/registration.h"
#include "kernels/concat/concat.h"

namespace gs::GS_TARGET {
namespace {

/// The origin of an element of y: a or b, and the index there.
struct Source {
  bool in_a;
  std::int64_t at;
};

template <class Index>
__device__ inline Source source_of(Index i, const Concat& p) {
  const Index pixel = i / Index(p.c());
  const int channel = int(i - pixel * Index(p.c()));
  if (channel < p.a_c) return {true, std::int64_t(pixel) * p.a_c + channel};
  return {false, std::int64_t(pixel) * p.b_c + (channel - p.a_c)};
}

template <class Index, class T>
__global__ void forward(T* __restrict__ y, const T* __restrict__ a, const T* __restrict__ b, Concat p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const Source from = source_of(Index(i), p);
    y[i] = from.in_a ? a[from.at] : b[from.at];
  }
}

template <class Index, class T>
__global__ void backward(T* __restrict__ da, T* __restrict__ db, const T* __restrict__ dy, const T* __restrict__ relu_a,
                         const T* __restrict__ relu_b, Concat p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const Source to = source_of(Index(i), p);
    const T* const mask = to.in_a ? relu_a : relu_b;
    const T gradient = mask && widened(mask[to.at]) <= 0 ? rounded<T>(0.0f) : dy[i];
    if (to.in_a)
      da[to.at] = gradient;
    else
      db[to.at] = gradient;
  }
}

template <class T>
void run_forward(T* y, const T* a, const T* b, const Concat& p, void*, stream_t stream) {
  if (fits_32_bits(p.size()))
    launch_elementwise<forward<std::uint32_t, T>>(p.size(), stream, y, a, b, p);
  else
    launch_elementwise<forward<std::int64_t, T>>(p.size(), stream, y, a, b, p);
}

template <class T>
void run_backward(T* da, T* db, const T* dy, const T* relu_a, const T* relu_b, const Concat& p, void*,
                  stream_t stream) {
  if (fits_32_bits(p.size()))
    launch_elementwise<backward<std::uint32_t, T>>(p.size(), stream, da, db, dy, relu_a, relu_b, p);
  else
    launch_elementwise<backward<std::int64_t, T>>(p.size(), stream, da, db, dy, relu_a, relu_b, p);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<ConcatForward<T>>({.name = "element", .rank = 1, .launch = &run_forward<T>});
  registry.add<ConcatBackward<T>>({.name = "element", .rank = 1, .launch = &run_backward<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
