// adam.cu - Adam and AdamW; the formulas are in adam.cpp.
//
// 28 bytes per parameter (30 with a bf16 copy) and 16 operations: bound by memory.
#include "kernels/common/registration.h"
#include "kernels/optimizer/adam_step.h"
#include "kernels/optimizer/update_groups.h"

namespace gs::GS_TARGET {
namespace {

void run(float* parameters, float* mean, float* mean_square, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void* workspace, stream_t stream) {
  const auto update = problem.name == "adamw" ? &update_by<AdamStep<true>> : &update_by<AdamStep<false>>;
  update(parameters, mean, mean_square, copy, gradients, state, problem, workspace, stream);
}

bool is_adam(const Optimizer& problem) {
  return problem.name == "adam" || problem.name == "adamw";
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "adam", .rank = 3, .launch = &run, .supports = &is_adam});
});

}  // namespace
}  // namespace gs::GS_TARGET
