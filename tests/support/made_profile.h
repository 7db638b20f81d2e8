// made_profile.h - hand-made profiles with round numbers, so that tests can state exact results.
#pragma once
#include "engine/profile/profile.h"

namespace gs::test {

inline OpProfile made_op(const std::string& name, Pass pass, double flops, double bytes, double us) {
  OpProfile op;
  op.name = name, op.pass = pass, op.implementation = "direct";
  op.cost = {flops, bytes};
  op.us = {us, 0.9 * us, 1.2 * us};
  op.launches = 1;
  return op;
}

/// A machine that copies 10 GB/s and computes 100 GFLOP/s. Its step takes 1,000 us: 5 ops of 900 us, gaps 40, host 50,
/// remainder 10.
inline Profile made_profile() {
  Profile p;
  p.model = "lenet", p.base = 32, p.batch = 8, p.input = "128x128x1";
  p.device = "cpu", p.device_description = "a machine, 2 cores", p.precision = "fp32", p.threads = 2;
  p.version = "0.1.0", p.commit = "abc1234", p.time = "2026-11-27T15:00:00Z";
  p.flags = {"lenet", "--batch", "8"};
  p.sampled_steps = 30;
  p.peaks.copy_bytes_per_s = 10e9, p.peaks.fp32_flops_per_s = 100e9, p.peaks.machine = "a machine, 2 cores";
  p.peaks.date = "2026-11-27T14:59:00Z", p.peaks.measured_now = true;
  p.ops = {made_op("gather", Pass::gather, 0, 4'000, 2),  // bound 0.4 us: below the launch latency of 1 us
           made_op("conv1 forward", Pass::forward, 20'000'000, 500'000, 400),       // arithmetic: 200 us; bytes: 50
           made_op("pool1 forward", Pass::forward, 250'000, 1'000'000, 148),        // bytes: 100 us; arithmetic: 2.5
           made_op("conv1 filter gradient", Pass::backward, 20'000'000, 1e6, 250),  // arithmetic: 200
           made_op("update", Pass::update, 100'000, 900'000, 100)};                 // bytes: 90
  p.ops[3].thread_us = {240, 180};
  p.ops[1].candidates = {{"direct", 410}, {"onednn", 350}};
  p.sums = {1000, 900, 0, 40, 50};
  p.wall_us = {1000, 950, 1100};
  p.unwatched_us = {990, 940, 1090};
  for (int i = 0; i < 2; ++i) {
    TimelineStep step{1000, {}};
    double at = 25;
    for (int op = 0; op < 5; ++op) {
      step.events.push_back({op, "", 0, at, p.ops[std::size_t(op)].us.median});
      at += p.ops[std::size_t(op)].us.median + 10;
    }
    p.timeline.push_back(step);
  }
  return p;
}

/// made_profile() as from the simulator: counts in two ops, no times.
inline Profile made_counts() {
  Profile p = made_profile();
  p.device = "sim", p.device_description = "simulated blocks and threads";
  p.source = TimeSource::counts, p.sampled_steps = 1;
  p.peaks = {}, p.sums = {}, p.wall_us = {}, p.unwatched_us = {};
  p.timeline.clear();
  for (OpProfile& op : p.ops) op.us = {}, op.thread_us.clear(), op.candidates.clear();
  OpCounts c;
  c.blocks = 10, c.threads = 320, c.barriers = 2;
  c.loads = 3200, c.stores = 320, c.loaded_bytes = 12'800, c.stored_bytes = 1'280;
  c.requests = 110, c.sectors = 1'000, c.wasted_sectors = 560, c.shared_requests = 50, c.bank_conflicts = 25,
  c.divergent_requests = 16;
  c.lines = {{"kernels/a.cu:12", 100, 960, 0, 0, 16, 560}, {"kernels/a.cu:20", 10, 40, 50, 25, 0, 0}};
  p.ops[1].counts = c;
  c.sectors = 440, c.wasted_sectors = 0, c.bank_conflicts = 0, c.lines.clear();
  p.ops[2].counts = c;
  return p;
}

/// made_profile() as from a GPU with two branches, its kernels in a graph.
inline Profile made_gpu_profile() {
  Profile p = made_profile();
  p.device = "cuda", p.device_description = "a GPU, sm_90", p.precision = "tf32";
  p.source = TimeSource::cupti, p.source_note = "made by hand";
  p.peaks.copy_bytes_per_s = 4e12, p.peaks.fp32_flops_per_s = 50e12, p.peaks.tf32_flops_per_s = 400e12;
  p.peaks.bf16_flops_per_s = 800e12, p.peaks.stream_launch_us = 2.1, p.peaks.graph_launch_us = 1.3;
  for (OpProfile& op : p.ops) {
    op.thread_us.clear();
    op.kernels = {
        {op.name.substr(0, op.name.find(' ')) + "_kernel", {64, 8, 1}, {256, 1, 1}, 4096, 40, 0.75, 1, op.us}};
  }
  p.ops[1].tensor_cores = TensorCores::declared;
  p.ops[3].kernels.push_back({"sum_kernel", {1, 1, 1}, {128, 1, 1}, 0, 16, 0.5, 2, {10, 9, 12}});
  p.ops[3].launches = 3;
  p.sums.overlap_us = 30;
  for (TimelineStep& step : p.timeline) {
    for (TimelineEvent& e : step.events) e.kernel = p.ops[std::size_t(e.op)].kernels[0].name;
    step.events.push_back({4, "update_kernel", 1, step.events[3].start_us + 5, 30});
  }
  return p;
}

}  // namespace gs::test
