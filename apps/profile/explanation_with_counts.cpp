// explanation_with_counts.cpp - counts a step, explains it.
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

std::string explanation_with_counts(Program& program, std::size_t classes) {
  if (const double gflop = gflop_of(program); gflop > most_gflop)
    return program.explain() + fmt::format(
                                   "not counted: the step's {:.0f} GFLOP would be interpreted for longer than "
                                   "a minute; profile --device ptx counts them\n",
                                   gflop);
  const Dataset data = random_images(program.net().input, program.recipe().batch, classes);
  program.initialize();
  BoundImages images(program, data);
  return program.explain(counted_step(program, [&] { return images.begin_epoch(); }).launches);
}

}  // namespace gs::apps
