// optimizers.h - all optimizers, a row each. The command line, run.json and the tests follow from the rows; the kernels
// are variants of the op `update` (optimizer.h) that support problems of a row's name.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/optimizer/optimizer.h"

namespace gs {

/// A number or a switch that optimizers take: a field of the problem.
struct HyperParameter {
  enum class Range { share, positive, at_least_0 };
  std::string_view name;  ///< "weight_decay": in run.json; on the command line --weight-decay
  std::string_view help;
  Range range = Range::share;            ///< share: from 0 to below 1
  float Optimizer::*number = nullptr;    ///< null if it is a switch
  bool Optimizer::*yes_or_no = nullptr;  ///< null if it is a number
};

/// All of them, in the order in which help lists them.
std::span<const HyperParameter> hyper_parameters();

/// The buffers that one step reads and writes, in double precision. The moments are empty if the optimizer has fewer.
struct UpdateBuffers {
  std::span<double> parameters, moment1, moment2;
  std::span<const double> gradients;
};

struct OptimizerRow {
  std::string_view name;
  std::string_view help;  ///< one line: what it is, and its paper
  /// A hyper-parameter that it takes, and the value that it has by default.
  struct Takes {
    std::string_view hyper_parameter;
    double usual;
  };
  std::vector<Takes> takes;
  int (*moments)(const Optimizer&);
  double (*operations)(const Optimizer&);  ///< per parameter
  /// One step by the formula: what its kernels are held against.
  void (*reference)(const Optimizer&, const StepState&, const UpdateBuffers&);

  /// Its value of the hyper-parameter by default; null if it takes none of that name.
  const double* usual(std::string_view hyper_parameter) const;
};

/// A constant of this type in <name>.cpp adds an optimizer before main() begins.
struct OptimizerRegistration {
  explicit OptimizerRegistration(OptimizerRow);
};

/// In the order of their names.
std::vector<const OptimizerRow*> optimizers();
/// Throws gs::Error that lists the names if there is no optimizer of that name.
const OptimizerRow& optimizer_called(std::string_view name);
/// A problem for it, with its usual hyper-parameters. Throws like optimizer_called().
Optimizer usual_optimizer(std::string_view name);

}  // namespace gs
