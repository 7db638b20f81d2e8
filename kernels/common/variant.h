// variant.h - a room's table: one row per variant. Tests, programs, benchmarks and the profiler iterate these
// tables, so a kernel without a row does not exist.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

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

/// What a row says that takes every problem, and one that needs no workspace.
template <class Problem>
constexpr bool always(const Problem&) {
  return true;
}
template <class Problem>
constexpr std::size_t no_workspace(const Problem&) {
  return 0;
}

/// An op says by `masks` which of its arguments mask which gradients that it writes (by place in the launch function):
/// the gradient is 0 where the mask, the output of a ReLU, is <= 0. A null mask masks nothing.
struct GradientMask {
  int gradient, mask;
};

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

/// A function of a *_cores.cu file, for a row `on_host`: those files hold plain vector code for the CPU and are
/// compiled for no other target.
#define GS_HOST_FORM(function) GS_HOST_FORM_ON(GS_TARGET)(function)
#define GS_HOST_FORM_ON(target) GS_HOST_FORM_ON_(target)
#define GS_HOST_FORM_ON_(target) GS_HOST_FORM_##target
#define GS_HOST_FORM_host(function) &function
#define GS_HOST_FORM_sim(function) nullptr
#define GS_HOST_FORM_cuda(function) nullptr

/// The variants of one op, naive first, in the order of the room's ladder.
template <class Op>
using Room = std::span<const Variant<Op>>;

/// A row of a table that lists a ladder by place (kernels/*/*_table.cu).
template <class Op>
struct Row {
  std::string_view name;
  unsigned targets = on_all;
  typename Op::Launch* launch = nullptr;
  bool (*supports)(const typename Op::Problem&) = &always;
  std::size_t (*workspace_bytes)(const typename Op::Problem&) = &no_workspace;
  Arithmetic arithmetic = Arithmetic::fp32;
};

/// The rows of a ladder that run on `target`, in its order. A room keeps the result in a static variable of the
/// function that hands it out, so that the span stays valid.
template <class Op>
std::vector<Variant<Op>> rows_on(Target target, std::initializer_list<Row<Op>> ladder) {
  std::vector<Variant<Op>> rows;
  for (const Row<Op>& row : ladder)
    if (row.targets & unsigned(target))
      rows.push_back(
          {row.name, int(rows.size()) + 1, row.targets, row.launch, row.supports, row.workspace_bytes, row.arithmetic});
  return rows;
}

}  // namespace gs
