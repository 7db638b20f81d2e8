// choice.h - how an op's implementation is chosen, and the fixed table behind `--impl default`.
#pragma once
#include <map>
#include <string>

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

/// Does an entry of `fixed` mean this step? "conv1 filter gradient" is also called "conv1.filter_gradient", and
/// "conv1 forward" just "conv1".
bool names_call(const std::string& entry, const std::string& step);

/// The implementation that is fixed for the step, or null.
const std::string* fixed_implementation(const ImplementationChoice&, const std::string& step);

}  // namespace gs
