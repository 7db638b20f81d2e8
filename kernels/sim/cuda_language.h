// cuda_language.h - kernel.h for compilers other than nvcc: CUDA C++ on the CPU, for the targets host and sim.
//
// `host`: launch_elementwise gives every OpenMP thread one contiguous share, a plain loop that vectorises.
// `sim`:  every launch runs with the GPU's geometry: blocks, threads on fibers, barriers, warps (runtime.h).
// No header of the CUDA toolkit is included, so that a machine without it builds both.
#pragma once
#include <algorithm>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "kernels/common/target.h"
#include "kernels/sim/runtime.h"

#ifndef GS_TARGET
#error "compile with -DGS_TARGET=host or -DGS_TARGET=sim (kernels/CMakeLists.txt does)"
#endif

// The qualifiers. __noinline__ must stay undefined: the standard library uses it as an attribute's name.
#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) __attribute__((aligned(bytes)))
// Only plain statics have redzones and a fixed address, so one OS thread runs all blocks. AddressSanitizer has redzones
// of its own; for the race checker a guard stands beside each variable (check/shared_arrays.h).
#if defined(GS_INSTRUMENTED) && defined(__SANITIZE_ADDRESS__)
#define __shared__ static
#elif defined(GS_INSTRUMENTED)
#define GS_JOINED_AGAIN(a, b) a##b
#define GS_JOINED(a, b) GS_JOINED_AGAIN(a, b)
#define __shared__                                                                                                     \
  [[maybe_unused]] alignas(64)                                                                                         \
      __attribute__((used)) static char GS_JOINED(gs_shared_guard_, __COUNTER__)[::gs::simulator::shared_guard_bytes]; \
  alignas(64) static
#else
#define __shared__ static thread_local
#endif

/// `Type* name`: the dynamic shared memory of the block.
#define GS_DYNAMIC_SHARED(Type, name) Type* name = static_cast<Type*>(::gs::simulator::dynamic_shared())

#include "kernels/sim/builtins.h"

namespace gs::GS_TARGET {

#define GS_TARGET_NAMED(name) Target::name  // so that GS_TARGET is replaced before the ::
#define GS_TARGET_OF(name) GS_TARGET_NAMED(name)
inline constexpr Target target = GS_TARGET_OF(GS_TARGET);
#undef GS_TARGET_OF
#undef GS_TARGET_NAMED

using simulator::Geometry;

/// A number of elements, with the line of the launch.
struct Elements {
  std::int64_t n;
  source_location where;
  Elements(std::int64_t n, source_location where = source_location::current()) : n(n), where(where) {}
};

namespace detail {
#ifdef GS_INSTRUMENTED
inline constexpr bool one_os_thread = true;
#else
inline constexpr bool one_os_thread = false;
#endif

/// Indices of one thread: contiguous on `host`, so that the compiler can vectorise; the GPU's stride on `sim`.
template <bool contiguous>
struct Indices {
  struct Iterator {
    std::int64_t index, step;
    std::int64_t operator*() const { return index; }
    void operator++() {
      if constexpr (contiguous)
        ++index;
      else
        index += step;
    }
    bool operator!=(const Iterator& end) const { return index < end.index; }
  };
  std::int64_t first, last, step;
  Iterator begin() const { return {first, step}; }
  Iterator end() const { return {last, step}; }
};
using TargetIndices = Indices<target == Target::host>;

/// "conv2d_tiled<16>": the kernel's name without its namespaces, from the compiler's text for this instance.
template <auto kernel>
std::string_view kernel_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("kernel = ") + 9);
  text = text.substr(0, text.find_first_of(";]"));
  const auto open = text.find('<');
  const auto scope = text.substr(0, open).rfind("::");
  return scope == text.npos ? text : text.substr(scope + 2);
}

/// The kernel with its arguments as one callable.
template <class... Parameters>
struct Call {
  void (*kernel)(Parameters...);
  std::tuple<Parameters...> arguments;
  template <class... Arguments>
  explicit Call(void (*kernel)(Parameters...), Arguments&&... arguments)
      : kernel(kernel), arguments(static_cast<Parameters>(std::forward<Arguments>(arguments))...) {}
  static void invoke(void* self) {
    auto& call = *static_cast<Call*>(self);
    std::apply(call.kernel, call.arguments);
  }
  static std::shared_ptr<void> copy(const void* self) {
    return std::make_shared<Call>(*static_cast<const Call*>(self));
  }
};

template <class... Parameters>
void run(std::string_view name, const Geometry& geometry, stream_t stream, Call<Parameters...> call) {
  simulator::run_grid({name, geometry, &call.invoke, &call, sizeof call, one_os_thread, stream, &call.copy});
}
}  // namespace detail

/// The indices of [0, n) that belong to the calling thread.
inline detail::TargetIndices grid_stride(std::int64_t n) {
  if constexpr (target == Target::host) {
    if (simulator::share.active) return {simulator::share.begin, std::min(simulator::share.end, n), 1};
    // inside a block: contiguous too, because Indices is
    const std::int64_t threads = std::int64_t(blockDim.x) * gridDim.x, each = (n + threads - 1) / threads;
    const std::int64_t begin = std::min(n, (std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x) * each);
    return {begin, std::min(n, begin + each), 1};
  } else {
    return {std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x, n, std::int64_t(blockDim.x) * gridDim.x};
  }
}

/// Runs `kernel` with this geometry. Throws simulator::SimError if CUDA would refuse the launch or the kernel fails.
template <auto kernel, class... Arguments>
void launch(const Geometry& geometry, stream_t stream, Arguments&&... arguments) {
  detail::run(detail::kernel_name<kernel>(), geometry, stream,
              detail::Call(kernel, std::forward<Arguments>(arguments)...));
}

/// Runs a kernel whose only indexing is grid_stride(n). On `sim` with the GPU's geometry: 256 threads a block, at most
/// 16 blocks for each of 132 SMs.
template <auto kernel, class... Arguments>
void launch_elementwise(const Elements& elements, stream_t stream, Arguments&&... arguments) {
  detail::Call call(kernel, std::forward<Arguments>(arguments)...);
  if constexpr (target == Target::host) {
    simulator::run_elementwise(elements.n, &call.invoke, &call);
  } else {
    const auto blocks = unsigned(std::clamp<std::int64_t>((elements.n + 255) / 256, 1, 132 * 16));
    detail::run(detail::kernel_name<kernel>(), Geometry(dim3(blocks), dim3(256), 0, false, elements.where), stream,
                call);
  }
}

/// Calls body(begin, end) for contiguous shares of [0, n): on `host` one per core, each at least `grain` long.
template <class Body>
void host_shares(std::int64_t n, Body&& body, std::int64_t grain = 1) {
  if constexpr (target == Target::host) {
    using Callable = std::remove_reference_t<Body>;
    simulator::run_shares(
        n, grain,
        [](void* context, std::int64_t begin, std::int64_t end) { (*static_cast<Callable*>(context))(begin, end); },
        const_cast<std::remove_const_t<Callable>*>(&body));
  } else {
    body(std::int64_t(0), n);
  }
}

}  // namespace gs::GS_TARGET
