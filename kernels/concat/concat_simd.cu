// concat_simd.cu - concatenation along the channels and its gradient for a CPU: every core takes whole pixels.
//
// Changed from concat_element: a pixel is two copies, without a modulo per element. A value in and a value out per
// element: bound by memory.
#include "kernels/common/host_pixels.h"
#include "kernels/common/registration.h"
#include "kernels/concat/concat.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
void run_forward(T* y, const T* a, const T* b, const Concat& p, void*, stream_t) {
  for_each_pixel(p.pixels, p.c(), [&](std::int64_t pixel) {
    T* const to = y + pixel * p.c();
    std::copy_n(a + pixel * p.a_c, p.a_c, to);
    std::copy_n(b + pixel * p.b_c, p.b_c, to + p.a_c);
  });
}

template <class T>
void run_backward(T* da, T* db, const T* dy, const T* relu_a, const T* relu_b, const Concat& p, void*, stream_t) {
  for_each_pixel(p.pixels, p.c(), [&](std::int64_t pixel) {
    const T* const from = dy + pixel * p.c();
    copy_masked(da + pixel * p.a_c, from, row_of(relu_a, pixel * p.a_c), p.a_c);
    copy_masked(db + pixel * p.b_c, from + p.a_c, row_of(relu_b, pixel * p.b_c), p.b_c);
  });
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<ConcatForward<T>>({.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_forward<T>});
  registry.add<ConcatBackward<T>>({.name = "pixels", .rank = 2, .targets = on_host, .launch = &run_backward<T>});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
