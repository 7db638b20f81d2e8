// optimizers.h - all optimizers, one row each. The command line, run.json and the tests are generated from the rows; an
// optimizer's kernels are variants of the op `update` (optimizer.h) that support problems of its name.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/optimizer/optimizer.h"

namespace gs {

/// A number or a switch: a field of Optimizer.
struct HyperParameter {
  enum class Range { share, positive, at_least_0 };
  std::string_view name;  ///< "weight_decay" in run.json is --weight-decay on the command line
  std::string_view help;
  Range range = Range::share;            ///< share: in [0, 1)
  float Optimizer::*number = nullptr;    ///< null for a switch
  bool Optimizer::*yes_or_no = nullptr;  ///< null for a number
};

/// All hyper-parameters, in the order of the help.
std::span<const HyperParameter> hyper_parameters();

/// The buffers that one step reads and writes, in double precision. The moments are empty if the optimizer has fewer.
struct UpdateBuffers {
  std::span<double> parameters, moment1, moment2;
  std::span<const double> gradients;
};

struct OptimizerRow {
  std::string_view name;
  std::string_view help;  ///< one line
  /// A hyper-parameter of the optimizer, with its default.
  struct Takes {
    std::string_view hyper_parameter;
    double usual;
  };
  std::vector<Takes> takes;
  int (*moments)(const Optimizer&);
  double (*operations)(const Optimizer&);  ///< per parameter
  /// One step by the formula; kernels are tested against it.
  void (*reference)(const Optimizer&, const StepState&, const UpdateBuffers&);

  /// The default of a hyper-parameter; null if the optimizer does not take it.
  const double* usual(std::string_view hyper_parameter) const;
};

/// A constant of this type in <name>.cpp adds an optimizer before main() begins.
struct OptimizerRegistration {
  explicit OptimizerRegistration(OptimizerRow);
};

/// All optimizers, sorted by name.
std::vector<const OptimizerRow*> optimizers();
/// Throws gs::Error with the list of valid names if `name` is unknown.
const OptimizerRow& optimizer_called(std::string_view name);
/// A problem for the optimizer with its default hyper-parameters. Throws like optimizer_called().
Optimizer usual_optimizer(std::string_view name);

}  // namespace gs
