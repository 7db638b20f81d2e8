// target.h - the three targets that a kernel is compiled for, and the stream type that they share.
#pragma once
#include <string_view>

/// For functions that both the host and kernels call.
#ifdef __CUDACC__
#define GS_BOTH __host__ __device__
#else
#define GS_BOTH
#endif

struct CUstream_st;  // cudaStream_t's pointee; declared here to avoid a CUDA header

namespace gs {

/// A set of targets is the bitwise or of its members.
enum class Target : unsigned { cuda = 1, host = 2, sim = 4 };

constexpr unsigned on_cuda = unsigned(Target::cuda), on_host = unsigned(Target::host), on_sim = unsigned(Target::sim);
constexpr unsigned on_all = on_cuda | on_host | on_sim;
constexpr unsigned on_blocks = on_cuda | on_sim;  ///< variants that need thread blocks with barriers

constexpr std::string_view name_of(Target target) {
  return target == Target::cuda ? "cuda" : target == Target::host ? "host" : "sim";
}

/// The condition of a loop on the device: a cudaGraphConditionalHandle; on `host` and `sim` the address of an unsigned.
using loop_t = unsigned long long;

/// Equals cudaStream_t. `host` and `sim` run in order in the calling thread; their devices' stream is null.
using stream_t = CUstream_st*;

}  // namespace gs
