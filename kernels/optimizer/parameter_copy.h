// parameter_copy.h - the optional bf16 copy of updated parameters.
#pragma once
#include <type_traits>

#include "kernels/common/run.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::GS_TARGET {

/// copy(i, p) keeps parameter i, or the i-th group of parameters.
struct NoCopy {
  template <class P>
  __device__ void operator()(std::int64_t, P) const {}
};
struct Bf16Copy {
  bf16* to;
  __device__ void operator()(std::int64_t i, float p) const { to[i] = rounded<bf16>(p); }
  template <int width>
  __device__ void operator()(std::int64_t i, const Run<float, width>& p) const {
    Run<bf16, width> group;
#pragma unroll
    for (int k = 0; k < width; ++k) group.of[k] = rounded<bf16>(p.of[k]);
    set_run_at(to, i, group);
  }
};

/// The copy of parameters that layers read as T.
template <class T>
auto copy_for(bf16* to) {
  if constexpr (std::is_same_v<T, bf16>)
    return Bf16Copy{to};
  else
    return NoCopy();
}

/// Calls body(Bf16Copy{copy}) if problem.bf16_copy, else body(NoCopy{}).
template <class Body>
void with_copy(const Optimizer& problem, bf16* copy, const Body& body) {
  if (problem.bf16_copy)
    body(Bf16Copy{copy});
  else
    body(NoCopy{});
}

}  // namespace gs::GS_TARGET
