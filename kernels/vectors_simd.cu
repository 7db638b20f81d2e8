// vectors_simd.cu - names the vectors that this build of the host kernels uses.
#include "kernels/vectors.h"

#include "kernels/common/host_vector.h"

namespace gs {

std::string_view host::vectors() {
  if (lanes == 16) return "AVX-512";
  if (lanes == 8) return "AVX2";
#if defined(__SSE4_2__)
  return "SSE4.2";
#elif defined(__SSE2__)
  return "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "scalar";
#endif
}

}  // namespace gs
