// cuda_language.h - the nvcc side of kernel.h: the project's additions to CUDA C++.
#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <utility>

#include "kernels/common/check.h"
#include "kernels/common/target.h"

namespace gs {

/// Throws gs::Error with CUDA's name and description of the error.
inline void check(cudaError_t error, std::string_view what, source_location where = source_location::current()) {
  if (error != cudaSuccess)
    throw Error(std::string(what) + ": " + cudaGetErrorName(error) + ", " + cudaGetErrorString(error) + " (" +
                to_string(where) + ")");
}

namespace cuda {

inline constexpr Target target = Target::cuda;

/// The indices of [0, n) that belong to the calling thread: its global index, then a stride of the grid size.
struct grid_stride {
  struct Iterator {
    std::int64_t index, step;
    __device__ std::int64_t operator*() const { return index; }
    __device__ void operator++() { index += step; }
    __device__ bool operator!=(const Iterator& end) const { return index < end.index; }
  };
  std::int64_t n;
  __device__ explicit grid_stride(std::int64_t n) : n(n) {}
  __device__ Iterator begin() const {
    return {std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x, std::int64_t(blockDim.x) * gridDim.x};
  }
  __device__ Iterator end() const { return {n, 0}; }
};

/// Launch configuration. Constructed at the call site, so that errors name the line of the launch.
struct Geometry {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  bool programmatic = false;  ///< may start before its predecessor ends; the kernel must call dependency_wait()
  source_location where;
  Geometry(dim3 grid, dim3 block, std::size_t shared_bytes = 0, bool programmatic = false,
           source_location where = source_location::current())
      : grid(grid), block(block), shared_bytes(shared_bytes), programmatic(programmatic), where(where) {}
};

/// A number of elements, with the line of the launch.
struct Elements {
  std::int64_t n;
  source_location where;
  Elements(std::int64_t n, source_location where = source_location::current()) : n(n), where(where) {}
};

namespace detail {
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const Geometry& g, stream_t stream, Arguments&&... arguments) {
  if (g.shared_bytes > (48u << 10))
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(g.shared_bytes)),
          "setting the size of dynamic shared memory", g.where);
  cudaLaunchAttribute programmatic{};
  programmatic.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  programmatic.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = g.grid;
  config.blockDim = g.block;
  config.dynamicSmemBytes = g.shared_bytes;
  config.stream = stream;
  config.attrs = &programmatic;
  config.numAttrs = g.programmatic ? 1 : 0;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(std::forward<Arguments>(arguments))...),
        "kernel launch", g.where);
}
}  // namespace detail

/// Launches `kernel`. Throws gs::Error with the launch's line if CUDA refuses it.
template <auto kernel, class... Arguments>
void launch(const Geometry& geometry, stream_t stream, Arguments&&... arguments) {
  detail::launch(kernel, geometry, stream, std::forward<Arguments>(arguments)...);
}

/// Launches a kernel whose only indexing is grid_stride(n): 256 threads per block, at most 16 blocks for each of 132
/// SMs.
template <auto kernel, class... Arguments>
void launch_elementwise(const Elements& elements, stream_t stream, Arguments&&... arguments) {
  const auto blocks = unsigned(std::clamp<std::int64_t>((elements.n + 255) / 256, 1, 132 * 16));
  detail::launch(kernel, Geometry(dim3(blocks), dim3(256), 0, false, elements.where), stream,
                 std::forward<Arguments>(arguments)...);
}

/// Calls body(begin, end) for contiguous shares of [0, n): on `host`, one share per core. Only variants for `host` use
/// it; on other targets it compiles to one call, and these variants are not registered there.
template <class Body>
void host_shares(std::int64_t n, Body&& body, std::int64_t = 1) {
  body(std::int64_t(0), n);
}

/// Programmatic dependent launch: blocks until the kernels before this one have ended and their writes are visible.
__device__ inline void dependency_wait() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}

/// Sets the condition of a WHILE node of the graph that contains this kernel. One thread per iteration may call it.
__device__ inline void set_loop(loop_t loop, bool go_on) {
  cudaGraphSetConditional(loop, go_on);
}

}  // namespace cuda
}  // namespace gs

#define GS_DYNAMIC_SHARED(Type, name)                                 \
  extern __shared__ __align__(16) unsigned char gs_dynamic_shared_[]; \
  Type* name = reinterpret_cast<Type*>(gs_dynamic_shared_)
