// optimizer_flags.h - --optimizer and the flags of its hyper-parameters. All of it follows from the rows of
// kernels/optimizer/optimizers.h.
#pragma once
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/cli/arguments.h"
#include "kernels/optimizer/optimizers.h"

namespace gs::apps {

/// The hyper-parameters that were given, by the names of their rows.
struct OptimizerOptions {
  std::string name = "adam";
  std::map<std::string_view, std::optional<double>> numbers;  ///< unset: the optimizer's usual value
  std::map<std::string_view, bool> switches;
};

/// Adds the flags, bound to `options`, which must live as long.
void add_optimizer_flags(Arguments&, OptimizerOptions& options);

/// Throws UsageError for a flag that the optimizer does not take: it would be ignored silently.
void check_optimizer_flags(const OptimizerOptions&, const Arguments&);

/// The optimizer of a recipe.
Optimizer optimizer_of(const OptimizerOptions&);

/// Its name and all numbers that it takes, as run.json has them.
nlohmann::ordered_json optimizer_record(const OptimizerOptions&);

}  // namespace gs::apps
