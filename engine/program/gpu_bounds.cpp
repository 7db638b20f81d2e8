// gpu_bounds.cpp - table of the calls, then the bound of the step.
#include "engine/program/gpu_bounds.h"

#include <fmt/format.h>

#include "engine/program/prediction.h"
#include "kernels/common/grouped.h"

namespace gs {
namespace {

constexpr auto row = "{:<28} {:>12} {:>7} {:>7} {:>10} {:>7} {:>7} {:>7}  {}\n";

std::int64_t instructions_of(const std::vector<InterpretedLaunch>& launches) {
  std::int64_t sum = 0;
  for (const InterpretedLaunch& launch : launches) sum += launch.warp_instructions;
  return sum;
}

std::string us(double value) {
  return fmt::format("{:.2f}", value);
}

std::string call_row(const std::string& name, std::int64_t instructions, const OpBound& b, bool counted) {
  return fmt::format(row, name, counted ? grouped(instructions) : "", us(b.launch_us), us(b.bytes_us),
                     us(b.arithmetic_us), counted ? us(b.issue_us) : "", counted ? us(b.latency_us) : "", us(b.us()),
                     to_string(b.bound()));
}

std::string step_text(const Prediction& p, bool counted, const GpuModel& gpu) {
  std::string text = fmt::format(
      "\nlower bound for a step on an H200: {:.1f} us, the largest of {:.1f} us for the critical path of one more step "
      "in a launch ({:g} kernels at {} us each, and the calls' bounds), {:.1f} us for the bytes at {} TB/s, {:.1f} us "
      "for the operations",
      p.bound_us(), p.chain_us, p.chain_kernels, gpu.kernel_us, p.bytes_us, gpu.bytes_per_us / 1e6, p.arithmetic_us);
  if (counted) return text + fmt::format(", {:.1f} us to issue the instructions\n", p.issue_us);
  return text +
         "\ninstructions and latency are not in it: no kernel of nvcc's was interpreted (profile --device ptx does)\n";
}

}  // namespace

std::string gpu_bounds_text(const std::vector<OpCall>& calls, const std::vector<int>& kernels,
                            const CountedCalls& launches, Precision precision, const Conflicts& clash) {
  const GpuModel& gpu = h200();
  const bool counted = !launches.empty();
  std::string text = "\nat best on an H200, microseconds\n" +
                     fmt::format(row, "call", counted ? "instructions" : "", "launch", "bytes", "arithmetic",
                                 counted ? "issue" : "", counted ? "latency" : "", "all", "bound") +
                     std::string(100, '-') + "\n";
  std::vector<OpBound> bounds;
  std::int64_t instructions = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::int64_t of_call = counted ? instructions_of(launches[i]) : 0;
    bounds.push_back(counted ? op_bound(calls[i], launches[i], precision, gpu)
                             : op_bound(calls[i], kernels[i], precision, gpu));
    text += call_row(calls[i].name, of_call, bounds.back(), counted);
    instructions += of_call;
  }
  text += std::string(100, '-') + "\n";
  if (counted) text += fmt::format("{:<28} {:>12}\n", "all calls", grouped(instructions));
  return text + step_text(predict(calls, bounds, kernels, double(instructions), gpu, clash), counted, gpu);
}

}  // namespace gs
