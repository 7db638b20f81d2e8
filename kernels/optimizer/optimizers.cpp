// optimizers.cpp - all hyper-parameters, and the table of registered optimizers.
#include "kernels/optimizer/optimizers.h"

#include <map>

#include "kernels/common/check.h"

namespace gs {
namespace {

constexpr HyperParameter all_hyper_parameters[] = {
    {.name = "momentum", .help = "momentum coefficient", .number = &Optimizer::momentum},
    {.name = "nesterov", .help = "use Nesterov momentum", .yes_or_no = &Optimizer::nesterov},
    {.name = "rho", .help = "decay of the mean square", .number = &Optimizer::rho},
    {.name = "beta1", .help = "decay of the first moment", .number = &Optimizer::beta1},
    {.name = "beta2", .help = "decay of the second moment", .number = &Optimizer::beta2},
    {.name = "epsilon",
     .help = "added to the denominator",
     .range = HyperParameter::Range::positive,
     .number = &Optimizer::epsilon},
    {.name = "weight_decay",
     .help = "weight decay coefficient",
     .range = HyperParameter::Range::at_least_0,
     .number = &Optimizer::weight_decay},
};

/// Function-local, so that registrations may run in any order.
std::map<std::string_view, OptimizerRow>& rows() {
  static std::map<std::string_view, OptimizerRow> all;
  return all;
}

const HyperParameter& hyper_parameter_called(std::string_view name) {
  for (const HyperParameter& parameter : all_hyper_parameters)
    if (parameter.name == name) return parameter;
  throw Error("unknown hyper-parameter " + std::string(name));
}

}  // namespace

std::span<const HyperParameter> hyper_parameters() {
  return all_hyper_parameters;
}

const double* OptimizerRow::usual(std::string_view hyper_parameter) const {
  for (const Takes& one : takes)
    if (one.hyper_parameter == hyper_parameter) return &one.usual;
  return nullptr;
}

OptimizerRegistration::OptimizerRegistration(OptimizerRow row) {
  for (const auto& one : row.takes) hyper_parameter_called(one.hyper_parameter);
  const std::string_view name = row.name;
  require(rows().emplace(name, std::move(row)).second, "duplicate optimizer " + std::string(name));
}

std::vector<const OptimizerRow*> optimizers() {
  std::vector<const OptimizerRow*> all;
  for (const auto& [name, row] : rows()) all.push_back(&row);
  return all;
}

const OptimizerRow& optimizer_called(std::string_view name) {
  if (const auto found = rows().find(name); found != rows().end()) return found->second;
  std::string names;
  for (const auto& [one, row] : rows()) names += (names.empty() ? "" : ", ") + std::string(one);
  throw Error("invalid optimizer '" + std::string(name) + "'; expected one of " + names);
}

Optimizer usual_optimizer(std::string_view name) {
  const OptimizerRow& row = optimizer_called(name);
  Optimizer problem;
  problem.name = row.name;
  for (const auto& [of, value] : row.takes) {
    const HyperParameter& parameter = hyper_parameter_called(of);
    if (parameter.number)
      problem.*parameter.number = float(value);
    else
      problem.*parameter.yes_or_no = value != 0;
  }
  return problem;
}

int Optimizer::moments() const {
  return optimizer_called(name).moments(*this);
}

}  // namespace gs
