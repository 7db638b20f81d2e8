// roots.h - roots by one instruction of a GPU. Zero, infinity and NaN are handled as by std::sqrt; subnormal numbers
// count as zero on a GPU. On a CPU they are computed with std::sqrt.
#pragma once
#include <cmath>

#include "kernels/common/target.h"

namespace gs {

/// sqrt(x), with a relative error of at most 2^-23.
GS_BOTH inline float root(float x) {
#ifdef __CUDA_ARCH__
  float result = 0;
  asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return std::sqrt(x);
#endif
}

/// 1 / sqrt(x), with a relative error of at most 2^-22.9.
GS_BOTH inline float inverse_root(float x) {
#ifdef __CUDA_ARCH__
  float result = 0;
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
#else
  return 1 / std::sqrt(x);
#endif
}

}  // namespace gs
