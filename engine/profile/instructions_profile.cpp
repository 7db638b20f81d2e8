// instructions_profile.cpp - counts op by op, waiting for the device after each.
#include "engine/profile/instructions_profile.h"

#include "engine/profile/kernel_names.h"
#include "engine/profile/profile_parts.h"
#include "kernels/common/check.h"

namespace gs {

CountedStep counted_step(Program& program, const std::function<int()>& begin_epoch) {
  InstructionCounter* const counter = instruction_counter();
  require(counter != nullptr, "this program interprets no kernels");
  require(begin_epoch() > 0, "counted_step(): the epoch has no steps");
  Device& device = program.device();
  device.synchronize();
  CountedStep step;
  for (const OpCall& call : program.training_calls())
    step.counts.push_back(counter->count(
        [&] {
          call.call(program.addresses(), device.stream());
          device.synchronize();
        },
        step.launches.emplace_back()));
  return step;
}

namespace {

std::vector<ProfiledKernel> kernels_of(const std::vector<InterpretedLaunch>& launches) {
  std::vector<KernelLaunch> listed;
  for (const InterpretedLaunch& launch : launches)
    listed.push_back({launch.kernel, launch.grid, launch.block, launch.shared_bytes});
  std::vector<ProfiledKernel> kernels = listed_kernels(listed);
  for (const InterpretedLaunch& launch : launches)
    for (ProfiledKernel& kernel : kernels)
      if (kernel.name == short_kernel_name(launch.kernel) && kernel.block == launch.block) {
        kernel.registers = launch.registers;
        kernel.occupancy = occupancy_on(launch, h200());
      }
  return kernels;
}

}  // namespace

Profile count_instructions(Program& program, const std::function<int()>& begin_epoch) {
  const CountedStep step = counted_step(program, begin_epoch);
  Profile p = described(program, {});
  p.device = "ptx";
  p.source = TimeSource::instructions;
  p.sampled_steps = 1;
  for (std::size_t i = 0; i < p.ops.size(); ++i) {
    OpProfile& op = p.ops[i];
    const std::vector<InterpretedLaunch>& launches = step.launches[i];
    op.instructions = step.counts[i];
    op.kernels = kernels_of(launches);
    op.launches = int(launches.size());
    if (op.launches > 0)
      op.bound_on_h200 = op_bound(program.training_calls()[i], launches, program.recipe().precision, h200());
  }
  return p;
}

}  // namespace gs
