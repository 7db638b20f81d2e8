// variant.h - ops and variants. Tests, programs, benchmarks and the profiler iterate over the variants that kernel
// files register (registration.h); an unregistered kernel is unreachable.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels/common/target.h"

namespace gs {

/// The least work of an op, counted by hand from its formula; the same for every variant of the op.
struct Cost {
  double flops = 0;  ///< floating-point operations (a multiply-add is two)
  double bytes = 0;  ///< bytes moved to and from memory: every input once, every output once
};

/// Precision of the factors in a variant's products; sums are always fp32. tf32: rounded to 10 bits of mantissa, for
/// tensor cores; a run that asks for fp32 never uses such a variant. bf16: as stored, on tensor cores.
enum class Arithmetic { fp32, tf32, bf16 };

/// Defaults: supports every problem, needs no workspace.
template <class Problem>
constexpr bool always(const Problem&) {
  return true;
}
template <class Problem>
constexpr std::size_t no_workspace(const Problem&) {
  return 0;
}

/// An entry of an op's `masks`, as argument numbers of its launch function (from 0): `gradient` is set to 0 wherever
/// `mask`, the output of a ReLU, is <= 0. A null mask masks nothing.
struct GradientMask {
  int gradient, mask;
};

/// An op is a struct with `Problem` (its extents and hyper-parameters) and `Launch` (a function type:
/// outputs, inputs, problem, workspace, stream). A variant is one way to run it on some targets.
template <class Op>
struct Variant {
  std::string_view name;
  /// The default is the variant of the highest rank that supports a problem. The naive variant has the lowest rank.
  int rank = 0;
  unsigned targets = on_all;
  typename Op::Launch* launch = nullptr;
  bool (*supports)(const typename Op::Problem&) = &always;
  std::size_t (*workspace_bytes)(const typename Op::Problem&) = &no_workspace;
  /// Counters at the workspace's start (last_block.h): 0 before the first launch, left at 0 by each.
  std::size_t (*counter_bytes)(const typename Op::Problem&) = &no_workspace;
  Arithmetic arithmetic = Arithmetic::fp32;
  /// Computes the formula with fewer products, between transforms that make its error larger: results of others are not
  /// judged by its own.
  bool has_fewer_products = false;
};

}  // namespace gs
