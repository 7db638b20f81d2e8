// instructions_profile.cpp - counts op by op, waiting for the device after each.
#include "engine/profile/instructions_profile.h"

#include "engine/profile/profile_parts.h"
#include "kernels/common/check.h"

namespace gs {

Profile count_instructions(Program& program, const std::function<int()>& begin_epoch) {
  InstructionCounter* const counter = instruction_counter();
  require(counter != nullptr, "this program interprets no kernels");
  require(begin_epoch() > 0, "count_instructions(): the epoch has no steps");
  Device& device = program.device();
  Profile p = described(program, {});
  p.device = "ptx";
  p.source = TimeSource::instructions;
  p.sampled_steps = 1;
  device.synchronize();
  for (std::size_t i = 0; i < p.ops.size(); ++i) {
    OpProfile& op = p.ops[i];
    std::vector<InterpretedLaunch> launches;
    op.instructions = counter->count(
        [&] {
          program.training_calls()[i].call(program.addresses(), device.stream());
          device.synchronize();
        },
        launches);
    std::vector<KernelLaunch> listed;
    for (const InterpretedLaunch& launch : launches)
      listed.push_back({launch.kernel, launch.grid, launch.block, launch.shared_bytes});
    op.kernels = listed_kernels(listed);
    op.launches = int(launches.size());
  }
  return p;
}

}  // namespace gs
