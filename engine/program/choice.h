// choice.h - the user's rule for choosing implementations.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace gs {

class GivenKernels;

/// Name of a call -> name of its implementation: "conv1 forward" -> "onednn". Written into run.json, replayed from it.
using ImplementationTable = std::map<std::string, std::string>;

struct ImplementationChoice {
  /// default: the library if library_pays() says so, else own; own: own kernels only; library: if it has the op;
  /// auto: the fastest by measurement (tuner.h); on `sim`, whose times mean nothing, as default
  std::string rule = "default";
  ImplementationTable fixed;                  ///< overrides for single calls; an unavailable name is a UsageError
  bool where_it_fits = false;                 ///< entries of `fixed` that do not fit are left out instead
  bool retune = false;                        ///< auto: measure cached problems again
  std::shared_ptr<const GivenKernels> given;  ///< go before all else; null: none
};

// Names from an older version, in `--impl` or a run.json.
/// "simd" for "cores", "tf32_emulated" for "rounded", "bf16_emulated" for "widened"; other names stay as they are.
std::string current_implementation(const std::string& name);
/// "store logits" for "collect", "dense1 weight gradient" for "dense1 filter gradient"; other names stay as they are.
std::string current_call(const std::string& name);

/// True if an entry of `fixed` names this call. "conv1 filter gradient" may be written "conv1.filter_gradient", "conv1
/// forward" just "conv1".
bool names_call(const std::string& entry, const std::string& call);

/// The current name of the implementation fixed for the call; nullopt if there is none.
std::optional<std::string> fixed_implementation(const ImplementationChoice&, const std::string& call);

}  // namespace gs
