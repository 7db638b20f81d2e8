// explain.cpp - the compiled step as a table: ops, implementations, operations, bytes, and the memory plan.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "engine/program/program_impl.h"

namespace gs {
namespace {

double mebibytes(std::size_t bytes) {
  return double(bytes) / (1 << 20);
}

/// `kernels` has the number of kernels of each call, or is empty if calls are not kernels.
std::string call_table(const std::vector<OpCall>& calls, const std::vector<int>& kernels) {
  std::size_t width = 22;  // a library's names are longer
  for (const OpCall& c : calls) width = std::max(width, c.implementation.size());
  constexpr auto row = "{:<24} {:<9} {:<{}} {:>10} {:>10} {:>9} {:>7}\n";
  const std::string line(75 + width, '-');
  std::string out = fmt::format(row, "call", "pass", "implementation", width, "MFLOP", "MB moved", "workspace",
                                kernels.empty() ? "" : "kernels") +
                    line + "\n";
  Cost total;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const OpCall& s = calls[i];
    out += fmt::format(row, s.name, to_string(s.pass), s.implementation, width,
                       fmt::format("{:.3f}", s.cost.flops / 1e6), fmt::format("{:.3f}", s.cost.bytes / 1e6),
                       s.workspace == no_tensor ? "" : "yes", kernels.empty() ? "" : std::to_string(kernels[i]));
    total.flops += s.cost.flops;
    total.bytes += s.cost.bytes;
  }
  return out + line + "\n" +
         fmt::format(row, "total", "", fmt::format("{} calls", calls.size()), width,
                     fmt::format("{:.3f}", total.flops / 1e6), fmt::format("{:.3f}", total.bytes / 1e6), "",
                     kernels.empty() ? "" : std::to_string(std::accumulate(kernels.begin(), kernels.end(), 0)));
}

/// "conv1 forward  simd 812.3  onednn 455.1*": the candidates of each call that was tuned, the chosen one marked.
std::string tuning_table(const std::vector<TunedCall>& tuned) {
  std::string out;
  std::set<std::string> seen;  // evaluation has calls of the same names
  for (const TunedCall& t : tuned) {
    if (!seen.insert(t.step).second) continue;
    out += fmt::format("  {:<24}", t.step);
    for (const CandidateTime& c : t.result.times)
      out += c.refused.empty() ? fmt::format("  {} {:.1f} ({:.1f}-{:.1f}){}", c.name, c.median_us, c.low_us, c.high_us,
                                             c.name == t.result.chosen ? "*" : "")
                               : fmt::format("  {} {}", c.name, c.refused);
    out += t.was_known ? fmt::format("  [{}]\n", t.result.date) : "\n";
  }
  if (out.empty()) return "";
  return "\nmeasured, microseconds: median (quartiles); * is used; the default comes first and stays "
         "unless\n"
         "it cannot be used or another wins by more than the spread; [date] if cached\n" +
         out;
}

}  // namespace

std::vector<int> Program::kernels_of_calls() const {
  const Impl& p = *impl_;
  std::vector<int> counts;
  for (const OpCall& step : p.training) {
    const auto launches = p.device.launches([&] { p.run(step, p.at); });
    if (!launches) return {};
    counts.push_back(int(launches->size()));
  }
  return counts;
}

std::string Program::explain(const CountedCalls& counted) const {
  const Impl& p = *impl_;
  std::string out =
      fmt::format("{} on {}: one training step of {} images\n\n", p.net.name, p.device.name(), p.recipe.batch);
  const std::vector<int> kernels = kernels_of_calls();
  out += call_table(p.training, kernels);
  bool first = true;
  for (const OpCall& s : p.training)
    if (!s.note.empty()) {
      out += fmt::format("{}{}: {}\n", first ? "\nnotes of the library\n  " : "  ", s.name, s.note);
      first = false;
    }
  if (p.tuner) out += tuning_table(p.tuner->steps());
  const auto& plan = p.training_plan;
  out += fmt::format("\nmemory plan\n  parameters, gradients and moments  {:9.2f} MiB\n",
                     mebibytes(p.layout.bytes()) * (2 + p.recipe.optimizer.moments()));
  if (p.flat.copy != no_tensor)
    out += fmt::format("  parameters again, in bf16          {:9.2f} MiB\n",
                       mebibytes(p.tensors.all()[std::size_t(p.flat.copy)].bytes));
  out += fmt::format("  activations and workspace          {:9.2f} MiB ({:.2f} if no two tensors shared memory)\n",
                     mebibytes(plan.arena_bytes), mebibytes(plan.unshared_bytes));
  std::size_t kept_bytes = 0;
  for (const OpCall& s : p.training)
    if (s.workspace != no_tensor && p.tensors[s.workspace].lifetime == Lifetime::fixed)
      kept_bytes += p.tensors[s.workspace].bytes;
  if (kept_bytes > 0) out += fmt::format("  workspace with counters            {:9.2f} MiB\n", mebibytes(kept_bytes));
  for (std::size_t id = 0; id < plan.offset.size(); ++id)
    if (plan.offset[id] != MemoryPlan::npos)
      out += fmt::format("    {:>12} + {:>11}  {}\n", plan.offset[id], p.tensors.all()[id].bytes,
                         p.tensors.all()[id].name);
  if (kernels.empty())
    out += fmt::format("\ncalls: {}, longest dependent chain: {}\n", p.training.size(),
                       longest_chain(p.training, std::vector<int>(p.training.size(), 1)));
  else {
    if (p.device.name() == "cuda")
      out += gpu_bounds_text(p.training, kernels, counted, p.recipe.precision,
                             conflicts(p.training, p.at, p.tensors.all()));
    out += fmt::format("\nkernels per step: {}, longest dependent chain: {}\n",
                       std::accumulate(kernels.begin(), kernels.end(), 0), longest_chain(p.training, kernels));
  }
  return out;
}

}  // namespace gs
