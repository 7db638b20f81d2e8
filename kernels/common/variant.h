// variant.h - an op and its variants. Tests, programs, benchmarks and the profiler iterate the variants that kernel
// files register (registration.h), so a kernel that is not registered does not exist.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels/common/target.h"

namespace gs {

/// What an op must do at least, counted by hand from its formula; the same for every variant of the op.
struct Cost {
  double flops = 0;  ///< floating-point operations (a multiply-add is two)
  double bytes = 0;  ///< bytes that must move to and from memory: every input once, every output once
};

/// What the factors of a variant's products are; sums are fp32 in all. A run that asks for fp32 never gets a
/// variant in tf32, which rounds them to 10 bits of mantissa for tensor cores. bf16: as they are stored, on tensor
/// cores.
enum class Arithmetic { fp32, tf32, bf16 };

/// For variants that take every problem, and for those that need no workspace.
template <class Problem>
constexpr bool always(const Problem&) {
  return true;
}
template <class Problem>
constexpr std::size_t no_workspace(const Problem&) {
  return 0;
}

/// An op is a struct with `Problem` (its extents and hyper-parameters) and `Launch` (a function type:
/// outputs, inputs, problem, workspace, stream). A variant is one way to run it on some targets.
template <class Op>
struct Variant {
  std::string_view name;
  /// Of the variants that fit a problem, the one of the highest rank is the default. Ladders are listed from the lowest
  /// rank, the naive variant, up.
  int rank = 0;
  unsigned targets = on_all;
  typename Op::Launch* launch = nullptr;
  bool (*supports)(const typename Op::Problem&) = &always;
  std::size_t (*workspace_bytes)(const typename Op::Problem&) = &no_workspace;
  Arithmetic arithmetic = Arithmetic::fp32;
};

}  // namespace gs
