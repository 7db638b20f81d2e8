// ptx_counter.cpp - converts the interpreter's counts to the engine's.
#include <algorithm>
#include <functional>
#include <map>

#include "engine/device/instruction_counter.h"
#include "kernels/ptx/counts.h"
#include "kernels/ptx/warp.h"

namespace gs::simulated_cuda {
namespace {

std::array<unsigned, 3> extents(ptx::Dim3 v) {
  return {v.x, v.y, v.z};
}

/// "ld.shared.v4.f32 {...}": ld.shared; "mma.sync...": mma.
std::string opcode_of(std::string_view text) {
  if (text.starts_with("@")) text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
  const std::string_view opcode = text.substr(0, text.find_first_of(" ;"));
  std::string name(opcode.substr(0, opcode.find('.')));
  if (name == "cp") return "cp.async";
  if (name == "ld" || name == "st")
    for (const char* space : {".global", ".shared", ".local", ".param", ".const"})
      if (opcode.find(space) != opcode.npos) return name + space;
  return name;
}

using Totals = std::map<std::string, std::int64_t>;

std::vector<InstructionCounts::Entry> most_first(const Totals& totals) {
  std::vector<InstructionCounts::Entry> entries;
  for (const auto& [name, warp] : totals) entries.push_back({name, warp});
  std::ranges::stable_sort(entries, std::greater{}, &InstructionCounts::Entry::warp);
  return entries;
}

class PtxCounter : public InstructionCounter {
 public:
  PtxCounter() { set_instruction_counter(this); }

  InstructionCounts count(const std::function<void()>& calls, std::vector<InterpretedLaunch>& launches) override {
    const ptx::LaunchCounter counter;
    calls();
    InstructionCounts counts;
    Totals opcodes;
    for (const ptx::CountedLaunch& launch : counter.launches()) {
      const std::string name = ptx::plain_name(launch.kernel->name);
      const auto warp = std::int64_t(launch.counts.warp_instructions);
      launches.push_back({.kernel = name,
                          .grid = extents(launch.grid),
                          .block = extents(launch.block),
                          .shared_bytes = launch.kernel->shared_bytes + launch.dynamic_shared_bytes,
                          .registers = launch.kernel->machine_registers,
                          .warp_instructions = warp,
                          .block_cycles = std::int64_t(launch.counts.block_cycles),
                          .last_block_cycles = std::int64_t(launch.counts.last_block_cycles)});
      counts.warp += warp;
      counts.lanes += std::int64_t(launch.counts.lane_instructions);
      const auto known = std::ranges::find(counts.kernels, name, &InstructionCounts::Entry::name);
      if (known == counts.kernels.end())
        counts.kernels.push_back({name, warp});
      else
        known->warp += warp;
      for (std::size_t i = 0; i < launch.counts.executed.size(); ++i)
        if (launch.counts.executed[i] > 0)
          opcodes[opcode_of(launch.kernel->texts[i])] += std::int64_t(launch.counts.executed[i]);
    }
    counts.opcodes = most_first(opcodes);
    for (const ptx::LineInstructions& line : ptx::instructions_by_line(counter.launches()))
      counts.lines.push_back({line.place, std::int64_t(line.warp_instructions)});
    return counts;
  }
};

PtxCounter of_program;

}  // namespace
}  // namespace gs::simulated_cuda
