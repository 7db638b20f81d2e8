// choice.h - how an op's implementation is chosen, and the fixed table behind `--impl default`.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// Step name -> implementation name: "conv1 forward" -> "onednn". Written into run.json, replayed from it.
using ImplementationTable = std::map<std::string, std::string>;

struct ImplementationChoice {
  /// default: the library where library_pays() says so, else own; own: own kernels only; library: wherever it can;
  /// auto: what was measured to be the fastest (tuner.h), on `sim`, where time means nothing, as default
  std::string rule = "default";
  ImplementationTable fixed;  ///< overrides for single steps; a name that is not available is a UsageError
  bool retune = false;        ///< auto: measure again what the cache knows
};

/// What an implementation is called now, if `--impl`, a run.json or a tuning cache has a name from an older version:
/// "simd" for "cores", "tf32_emulated" for "rounded", "bf16_emulated" for "widened". Other names stay as they are.
std::string current_implementation(const std::string& name);

/// Does an entry of `fixed` mean this step? "conv1 filter gradient" is also called "conv1.filter_gradient",
/// "conv1 forward" just "conv1", and "store logits" by its older name "collect".
bool names_step(const std::string& entry, const std::string& step);

/// The implementation that is fixed for the step, by its current name.
std::optional<std::string> fixed_implementation(const ImplementationChoice&, const std::string& step);

/// The default table, without timing: does the library's implementation beat the project's own for this problem?
template <class T>
bool library_pays(Conv2dForward<T>, const Conv2d&, Target);
template <class T>
bool library_pays(Conv2dDataGradient<T>, const Conv2d&, Target);
template <class T>
bool library_pays(Conv2dFilterGradient<T>, const Conv2d&, Target);
template <class T>
bool library_pays(DenseForward<T>, const Dense&, Target);
template <class T>
bool library_pays(DenseDataGradient<T>, const Dense&, Target);
template <class T>
bool library_pays(DenseWeightGradient<T>, const Dense&, Target);
/// Ops that no library is asked for.
template <class Op>
bool library_pays(Op, const typename Op::Problem&, Target) {
  return false;
}

}  // namespace gs
