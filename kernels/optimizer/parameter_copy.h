// parameter_copy.h - the optional bf16 copy of an updated parameter.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::GS_TARGET {

struct NoCopy {
  __device__ void operator()(std::int64_t, float) const {}
};
struct Bf16Copy {
  bf16* to;
  __device__ void operator()(std::int64_t i, float p) const { to[i] = rounded<bf16>(p); }
};

/// Calls body(Bf16Copy{copy}) if problem.bf16_copy, else body(NoCopy{}).
template <class Body>
void with_copy(const Optimizer& problem, bf16* copy, const Body& body) {
  if (problem.bf16_copy)
    body(Bf16Copy{copy});
  else
    body(NoCopy{});
}

}  // namespace gs::GS_TARGET
