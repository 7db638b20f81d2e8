// lrn_groups.cu - windows of five channels and the power 3/4, one thread per pixel and eight channels.
//
// Changed from lrn_element: a thread loads its eight channels with 16 bytes at a time, and those beside them that its
// windows reach; two windows share the sum of four squares. The power is two roots: s^-3/4 = r sqrt(r), r = s^-1/2.
// Backward has 12 powers for its 8 gradients, since windows reach two channels to each side. An eighth (backward) or a
// twelfth (forward) of the instructions. In bf16 it moves 4 bytes an element forward and 6 backward: by the model of an
// H200 (engine/program/op_bound.h) these bound it, though backward's 40 instructions take nearly as long.
//
// Error against fp64, with eps = 2^-24: of y at most 12 eps |y|, of dx at most
//   13 eps |dy_i| s_i^-3/4 + 33 eps 2 alpha beta |x_i| sum_j |dy_j x_j| s_j^-7/4.
// s has a relative error of at most 6 eps, the two roots 2.2 eps and 2 eps (roots.h), every later operation eps.
#include "kernels/common/divide.h"
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/common/roots.h"
#include "kernels/common/run.h"
#include "kernels/lrn/lrn.h"

namespace gs::GS_TARGET {
namespace {

inline constexpr int group_size = 8, half_window = 2;

/// The channels of a group, which begins with channel `first` of its pixel, and `margin` on each side; zero outside the
/// pixel. `whole`: the pixel has whole groups, so all loads are aligned.
template <int margin, bool whole, class T>
__device__ inline void load_group(float (&to)[group_size + 2 * margin], const T* group, int first, int channels) {
  if constexpr (whole) {
    load_runs<margin>(to, group - margin, first > 0);
    load_runs<group_size>(to + margin, group);
    load_runs<margin>(to + margin + group_size, group + group_size, first + group_size < channels);
  } else {
#pragma unroll
    for (int i = -margin; i < group_size + margin; ++i)
      to[margin + i] = first + i >= 0 && first + i < channels ? widened(group[i]) : 0;
  }
}

template <bool whole, class T>
__device__ inline void store_group(T* group, const float (&from)[group_size], int first, int channels) {
  if constexpr (whole) {
    store_runs<group_size>(group, from);
  } else {
#pragma unroll
    for (int e = 0; e < group_size; ++e)
      if (first + e < channels) group[e] = rounded<T>(from[e]);
  }
}

/// sums[i] = values[i] + ... + values[i + 4]. Two neighbours share the four values between them. A sum that slides,
/// from which values are subtracted again, would keep the rounding errors of large ones.
template <int n>
__device__ inline void window_sums(float (&sums)[n], const float (&values)[n + 2 * half_window]) {
#pragma unroll
  for (int i = 0; i < n; i += 2) {
    const float shared = (values[i + 1] + values[i + 2]) + (values[i + 3] + values[i + 4]);
    sums[i] = values[i] + shared;
    sums[i + 1] = shared + values[i + 5];
  }
}

/// scales[i] is that of the channel of values[i + 2].
template <int n>
__device__ inline void scales_of(float (&scales)[n], const float (&values)[n + 2 * half_window], const Lrn& p) {
  float squares[n + 2 * half_window], sums[n];
#pragma unroll
  for (int i = 0; i < n + 2 * half_window; ++i) squares[i] = values[i] * values[i];
  window_sums(sums, squares);
#pragma unroll
  for (int i = 0; i < n; ++i) scales[i] = p.k + p.alpha * sums[i];
}

template <class T, bool whole>
__global__ void forward_groups(T* __restrict__ y, const T* __restrict__ x, Lrn p, int groups, Divider by_pixel) {
  for (std::int64_t i : grid_stride(groups)) {
    int pixel = int(i);
    const int first = by_pixel.split(pixel) * group_size;
    const std::int64_t at = std::int64_t(pixel) * p.c + first;
    float values[group_size + 2 * half_window], scales[group_size], results[group_size];
    load_group<half_window, whole>(values, x + at, first, p.c);
    scales_of(scales, values, p);
#pragma unroll
    for (int e = 0; e < group_size; ++e) {
      const float r = inverse_root(scales[e]);
      results[e] = values[e + half_window] * (r * root(r));
    }
    store_group<whole>(y + at, results, first, p.c);
  }
}

/// `after_relu`: x is the output of a ReLU, whose gradient is included.
template <class T, bool whole>
__global__ void backward_groups(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ x, bool after_relu,
                                Lrn p, int groups, Divider by_pixel) {
  constexpr int reached = group_size + 2 * half_window;  // channels whose windows include one of the group
  const float factor = 2 * p.alpha * p.beta;
  const float stopped = after_relu ? 0.0f : NAN;  // dx is 0 where x <= stopped, which is never where that is NaN
  for (std::int64_t i : grid_stride(groups)) {
    int pixel = int(i);
    const int first = by_pixel.split(pixel) * group_size;
    const std::int64_t at = std::int64_t(pixel) * p.c + first;
    float values[reached + 2 * half_window], direct[reached], scales[reached], terms[reached];
    load_group<2 * half_window, whole>(values, x + at, first, p.c);
    load_group<half_window, whole>(direct, dy + at, first, p.c);
    scales_of(scales, values, p);
#pragma unroll
    for (int j = 0; j < reached; ++j) {
      const float r = inverse_root(scales[j]);
      direct[j] *= r * root(r);                                    // dy_j s_j^-3/4
      terms[j] = direct[j] * (values[j + half_window] * (r * r));  // dy_j y_j / s_j
    }
    float sums[group_size], results[group_size];
    window_sums(sums, terms);
#pragma unroll
    for (int e = 0; e < group_size; ++e) {
      const float value = values[e + 2 * half_window];
      const float gradient = direct[e + half_window] - factor * (value * sums[e]);
      results[e] = value <= stopped ? 0.0f : gradient;
    }
    store_group<whole>(dx + at, results, first, p.c);
  }
}

int groups_of_a_pixel(const Lrn& p) {
  return (p.c + group_size - 1) / group_size;
}

template <class T>
void run_forward_groups(T* y, const T* x, const Lrn& p, void*, stream_t stream) {
  const int each = groups_of_a_pixel(p), groups = int(p.pixels) * each;
  if (p.c % group_size == 0)
    launch_elementwise<forward_groups<T, true>>(groups, stream, y, x, p, groups, Divider(each));
  else
    launch_elementwise<forward_groups<T, false>>(groups, stream, y, x, p, groups, Divider(each));
}

template <class T>
void run_backward_groups(T* dx, const T* dy, const T* x, const T* relu_output, const Lrn& p, void*, stream_t stream) {
  const int each = groups_of_a_pixel(p), groups = int(p.pixels) * each;
  const bool after_relu = relu_output != nullptr;
  if (p.c % group_size == 0)
    launch_elementwise<backward_groups<T, true>>(groups, stream, dx, dy, x, after_relu, p, groups, Divider(each));
  else
    launch_elementwise<backward_groups<T, false>>(groups, stream, dx, dy, x, after_relu, p, groups, Divider(each));
}

/// k is positive, so that the power of the scale of a channel outside is finite: it is multiplied by 0.
bool five_channels_to_the_three_quarters(const Lrn& p) {
  return p.window == 2 * half_window + 1 && p.beta == 0.75f && p.k > 0 &&
         p.pixels * groups_of_a_pixel(p) < std::int64_t(1) << 31;
}

template <class T>
void add_variants_groups(Registry& registry) {
  registry.add<LrnForward<T>>({.name = "groups",
                               .rank = 2,
                               .launch = &run_forward_groups<T>,
                               .supports = &five_channels_to_the_three_quarters});
  registry.add<LrnBackward<T>>({.name = "groups",
                                .rank = 2,
                                .launch = &run_backward_groups<T>,
                                .supports = &five_channels_to_the_three_quarters});
}
const Registration registration_groups(&add_variants_groups<float>, &add_variants_groups<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
