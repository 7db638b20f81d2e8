// counts_profile.cpp - the simulator's counts of each op.
#include "engine/profile/counts_profile.h"

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/version.h"
#include "kernels/sim/counts.h"

namespace gs {
namespace {

std::array<unsigned, 3> extents(simulator::dim3 v) {
  return {v.x, v.y, v.z};
}

/// One entry per kernel and geometry.
std::vector<ProfiledKernel> kernels_of(const simulator::Counts& counts) {
  std::vector<ProfiledKernel> kernels;
  for (const simulator::CountedLaunch& launch : counts.launches) {
    const ProfiledKernel kernel{.name = launch.kernel,
                                .grid = extents(launch.grid),
                                .block = extents(launch.block),
                                .shared_bytes = launch.shared_bytes};
    const auto same = std::find_if(kernels.begin(), kernels.end(), [&](const ProfiledKernel& k) {
      return k.name == kernel.name && k.grid == kernel.grid && k.block == kernel.block &&
             k.shared_bytes == kernel.shared_bytes;
    });
    if (same == kernels.end())
      kernels.push_back(kernel);
    else
      same->launches++;
  }
  return kernels;
}

OpCounts op_counts(const simulator::Counts& c) {
  OpCounts counts{.blocks = c.blocks,
                  .threads = c.threads,
                  .barriers = c.barriers,
                  .loads = c.loads,
                  .stores = c.stores,
                  .loaded_bytes = c.loaded_bytes,
                  .stored_bytes = c.stored_bytes,
                  .requests = c.requests,
                  .sectors = c.sectors,
                  .wasted_sectors = c.wasted_sectors,
                  .shared_requests = c.shared_requests,
                  .bank_conflicts = c.bank_conflicts,
                  .divergent_requests = c.divergent_requests};
  for (const simulator::LineCounts& l : c.lines)
    counts.lines.push_back(
        {l.place, l.requests, l.sectors, l.shared_requests, l.bank_conflicts, l.divergent_requests, l.wasted_sectors});
  return counts;
}

std::string note_on(int ops_cut_apart) {
  if (!simulator::counts_memory())
    return "blocks, threads and barriers only, because this program's kernels are not instrumented: "
           "./gridstride profile ... --device sim starts the one that counts memory, too";
  if (ops_cut_apart > 0)
    return fmt::format(
        "in {} op{} threads access memory too often between two barriers to be put together as warps: "
        "requests and divergence there are too many",
        ops_cut_apart, ops_cut_apart == 1 ? "" : "s");
  return "";
}

}  // namespace

Profile count(Program& program, const std::function<int()>& begin_epoch) {
  Device& device = program.device();
  require(device.registry().target() == Target::sim && device.name() == "sim", "count(): the device must be sim");
  require(begin_epoch() > 0, "count(): the epoch has no steps");
  const Shape& input = program.net().input;
  Profile p{.model = program.net().name, .batch = program.recipe().batch};
  p.input = fmt::format("{}x{}x{}", input.h, input.w, input.c);
  p.device = device.name();
  p.device_description = device.description();
  p.precision = to_string(program.recipe().precision);
  p.threads = device.threads();
  p.version = version_info().version;
  p.commit = version_info().commit;
  p.time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
  p.source = TimeSource::counts;
  p.sampled_steps = 1;

  int ops_cut_apart = 0;
  for (const OpCall& step : program.training_calls()) {
    const simulator::Counts counts = simulator::count([&] { step.call(program.addresses(), device.stream()); });
    ops_cut_apart += counts.cut_apart;
    p.ops.push_back({.name = step.name,
                     .pass = step.pass,
                     .implementation = step.implementation,
                     .note = step.note,
                     .cost = step.cost,
                     .kernels = kernels_of(counts),
                     .launches = int(counts.launches.size()),
                     .counts = op_counts(counts)});
  }
  p.source_note = note_on(ops_cut_apart);
  return p;
}

}  // namespace gs
