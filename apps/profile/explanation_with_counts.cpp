// explanation_with_counts.cpp - compiles the step for ptx, counts it, explains it.
#include "apps/profile/explanation_with_counts.h"

#include <fmt/format.h>

#include "apps/profile/subject.h"
#include "engine/profile/instructions_profile.h"

namespace gs::apps {
namespace {

constexpr double most_gflop = 40;  ///< in a step: about a minute of interpretation

double gflop_of(const Program& program) {
  double flops = 0;
  for (const OpCall& call : program.training_calls()) flops += call.cost.flops;
  return flops / 1e9;
}

}  // namespace

std::string explanation_with_counts(TrainOptions o) {
  o.device = "ptx";
  if (o.explained_device && o.implementation == "auto") o.implementation = "own";
  Subject subject = subject_of_model(o);
  if (const double gflop = gflop_of(*subject.program); gflop > most_gflop)
    return subject.program->explain() +
           fmt::format(
               "not counted: the step's {:.0f} GFLOP would be interpreted for longer than a minute; profile "
               "--device ptx counts them\n",
               gflop);
  BoundImages images(subject);
  const CountedStep step = counted_step(*subject.program, [&] { return images.begin_epoch(); });
  return subject.program->explain(step.launches);
}

}  // namespace gs::apps
