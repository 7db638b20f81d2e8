// optimizer_flags.cpp - the flags, the recipe's optimizer and its record, by the rows of the optimizers.
#include "apps/run/optimizer_flags.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs::apps {
namespace {

/// weight_decay: --weight-decay.
std::string flag_of(const HyperParameter& parameter) {
  std::string flag = "--" + std::string(parameter.name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

/// "adam or adamw", "adam, adamw and rmsprop": the optimizers that take it.
std::string takers_of(const HyperParameter& parameter, const std::string& last_word) {
  std::vector<std::string_view> names;
  for (const OptimizerRow* row : optimizers())
    if (row->usual(parameter.name)) names.push_back(row->name);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " " + last_word + " " : ", ") + std::string(names[i]);
  return text;
}

/// "0.999; lion: 0.99": the usual value of the default optimizer, else of the first that takes it, and those that
/// differ.
std::string default_of(const HyperParameter& parameter, const OptimizerOptions& options) {
  const double* const first = optimizer_called(options.name).usual(parameter.name);
  std::string text;
  double shown = 0;
  if (first) shown = *first, text = fmt::format("{:g}", shown);
  for (const OptimizerRow* row : optimizers()) {
    const double* const usual = row->usual(parameter.name);
    if (!usual) continue;
    if (text.empty())
      shown = *usual, text = fmt::format("{:g}", shown);
    else if (*usual != shown)
      text += fmt::format("; {}: {:g}", row->name, *usual);
  }
  return text;
}

Check check_of(const HyperParameter& parameter) {
  switch (parameter.range) {
    case HyperParameter::Range::positive:
      return positive_number();
    case HyperParameter::Range::at_least_0:
      return number_at_least_0();
    case HyperParameter::Range::share:
      break;
  }
  return number_in(0, 1);
}

/// The number as given, or the optimizer's usual one.
double number_of(const OptimizerOptions& options, const HyperParameter& parameter, double usual) {
  const auto found = options.numbers.find(parameter.name);
  return found == options.numbers.end() ? usual : found->second.value_or(usual);
}
bool is_on(const OptimizerOptions& options, const HyperParameter& parameter, double usual) {
  const auto found = options.switches.find(parameter.name);
  return (found != options.switches.end() && found->second) || usual != 0;
}

}  // namespace

void add_optimizer_flags(Arguments& a, OptimizerOptions& options) {
  std::vector<std::string> names;
  std::string helps = "update rule";
  for (const OptimizerRow* row : optimizers()) {
    names.emplace_back(row->name);
    helps += fmt::format("{} {}: {}", row == optimizers().front() ? "." : ";", row->name, row->help);
  }
  a.choice("--optimizer", options.name, helps, names);
  for (const HyperParameter& parameter : hyper_parameters()) {
    const std::string help = fmt::format("{}; for {}", parameter.help, takers_of(parameter, "and"));
    if (parameter.yes_or_no)
      a.flag(flag_of(parameter), options.switches[parameter.name], help);
    else
      a.value(flag_of(parameter), options.numbers[parameter.name], help, check_of(parameter), "X")
          .default_str(default_of(parameter, options));
  }
}

void check_optimizer_flags(const OptimizerOptions& options, const Arguments& a) {
  const OptimizerRow& row = optimizer_called(options.name);
  for (const HyperParameter& parameter : hyper_parameters())
    if (a.given(flag_of(parameter)) && !row.usual(parameter.name))
      throw UsageError(fmt::format("{} is for --optimizer {}, not {}", flag_of(parameter), takers_of(parameter, "or"),
                                   options.name));
  const Optimizer optimizer = optimizer_of(options);
  if (optimizer.nesterov && optimizer.momentum == 0) throw UsageError("--nesterov needs a --momentum above 0");
}

Optimizer optimizer_of(const OptimizerOptions& options) {
  Optimizer optimizer = usual_optimizer(options.name);
  const OptimizerRow& row = optimizer_called(options.name);
  for (const HyperParameter& parameter : hyper_parameters()) {
    const double* const usual = row.usual(parameter.name);
    if (!usual) continue;
    if (parameter.yes_or_no)
      optimizer.*parameter.yes_or_no = is_on(options, parameter, *usual);
    else
      optimizer.*parameter.number = float(number_of(options, parameter, *usual));
  }
  return optimizer;
}

nlohmann::ordered_json optimizer_record(const OptimizerOptions& options) {
  const OptimizerRow& row = optimizer_called(options.name);
  nlohmann::ordered_json record = {{"name", options.name}};
  for (const HyperParameter& parameter : hyper_parameters()) {
    const double* const usual = row.usual(parameter.name);
    if (!usual) continue;
    const std::string name(parameter.name);
    if (parameter.number)
      record[name] = number_of(options, parameter, *usual);
    else if (is_on(options, parameter, *usual))
      record[name] = true;
  }
  return record;
}

}  // namespace gs::apps
