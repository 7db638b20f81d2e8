// profiler.cpp - samples steps and computes a profile from the samples.
#include "engine/profile/profiler.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/device/machine_lock.h"
#include "engine/profile/kernel_names.h"
#include "engine/profile/kernel_table.h"
#include "engine/profile/measure_peaks.h"
#include "engine/profile/profile_parts.h"
#include "engine/profile/sampled_step.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

Peaks peaks_for(Device& device, PeaksSource source) {
  if (source == PeaksSource::none || device.registry().target() == Target::sim)
    return {.machine = device.description()};
  if (source == PeaksSource::cached) return cached_peaks(device);
  const ExclusiveMachineLock lock;
  const Peaks peaks = measure_peaks(device);
  if (const auto file = peaks_file()) store_peaks(*file, peaks);
  return peaks;
}

}  // namespace

struct Profiler::Impl {
  Program& program;
  ProfileRequest request;
  Peaks peaks;
  TimeSource source = TimeSource::clock;
  std::string source_note;
  std::shared_ptr<KernelTracer> tracer;  ///< null: steps are timed call by call
  KernelTable kernels;
  std::vector<SampledStep> steps;
  std::vector<double> unwatched_us;

  Impl(Program& p, const ProfileRequest& r)
      : program(p), request(r), peaks(peaks_for(p.device(), r.peaks)), kernels(int(p.training_calls().size())) {
    const Target target = program.device().registry().target();
    if (target == Target::sim) source = TimeSource::counts;
    if (target == Target::cuda) source = TimeSource::events;
    if (!request.graph) {
      program.use_replays(false);
      source_note = "--no-graph: call by call, nothing runs at the same time";
    } else if (target == Target::cuda) {
      std::string why_not;
      tracer = program.device().trace_kernels(why_not);
      if (tracer) {
        source = TimeSource::cupti;
        program.recapture_training();
      } else {
        source_note =
            "events around each op, run one by one; a time includes the launch if the GPU waits for it: " + why_not;
      }
    }
  }
  ~Impl() {
    tracer.reset();
    if (!request.graph) program.use_replays(true);
  }

  SampledStep timed_step() {
    const TimedCalls timed = program.timed_step();
    SampledStep step{.wall_us = timed.wall_us};
    for (std::size_t i = 0; i < timed.calls.size(); ++i) {
      step.stretches.push_back({int(i), -1, timed.calls[i].start_us, timed.calls[i].end_us});
      step.thread_us.push_back(timed.calls[i].thread_us);
    }
    return step;
  }

  /// Replays one step, recorded by the tracer.
  SampledStep traced_step() {
    tracer->start();
    const double begin = tracer->now_us();
    program.train_step();
    program.device().synchronize();
    const double end = tracer->now_us();
    return kernels.step(tracer->stop(), begin, end);
  }

  /// The kernels of an op, with times if they were traced, else as listed by the device; empty on `cpu`.
  std::vector<ProfiledKernel> kernels_of(int op) const {
    if (tracer) return kernels.kernels_of(op, steps);
    const auto launches = program.device().launches([&] { program.run_training_in_order({op}); });
    return launches ? listed_kernels(*launches) : std::vector<ProfiledKernel>();
  }
};

Profiler::Profiler(Program& program, const ProfileRequest& request) : impl_(std::make_unique<Impl>(program, request)) {}

Profiler::~Profiler() = default;

void Profiler::sampled_step() {
  Impl& p = *impl_;
  p.program.device().synchronize();
  if (!p.tracer)
    p.steps.push_back(p.timed_step());
  else if (p.program.training_is_captured())
    p.steps.push_back(p.traced_step());
  else
    p.program.train_step();  // captures the step for the next samples
}

int Profiler::unwatched_steps(int wanted) {
  Impl& p = *impl_;
  p.program.device().synchronize();
  const auto start = Clock::now();
  int ran = 0;
  while (ran < wanted) ran += p.program.train_steps(wanted - ran);
  p.program.device().synchronize();
  p.unwatched_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count() / ran);
  return ran;
}

int Profiler::sampled() const {
  return int(impl_->steps.size());
}

Profile Profiler::profile() const {
  const Impl& p = *impl_;
  require(!p.steps.empty(), "a profile needs a sampled step");
  Profile result = described(p.program, p.peaks);
  result.source = p.source;
  result.source_note = p.source_note;
  if (const int lost = p.kernels.without_times(); lost > 0)
    result.source_note += fmt::format("{}{} records of kernels had no times and are left out",
                                      result.source_note.empty() ? "" : "; ", lost);
  result.sampled_steps = int(p.steps.size());
  for (std::size_t i = 0; i < result.ops.size(); ++i) {
    OpProfile& op = result.ops[i];
    op.kernels = p.kernels_of(int(i));
    op.launches = op.kernels.empty() ? 1 : 0;
    std::vector<std::string> names;
    for (const ProfiledKernel& kernel : op.kernels) {
      op.launches += kernel.launches;
      names.push_back(kernel.name);
    }
    op.tensor_cores = tensor_cores_of(p.program.training_calls()[i], names);
  }
  if (p.source == TimeSource::counts) return result;  // times on the simulator are meaningless
  result.sums = median_sums(p.steps);
  result.unwatched_us = spread_of(p.unwatched_us);
  std::vector<double> wall;
  std::vector<std::vector<double>> us(result.ops.size());
  for (const SampledStep& step : p.steps) {
    wall.push_back(step.wall_us);
    const std::vector<double> times = op_times(step, int(us.size()));
    for (std::size_t i = 0; i < us.size(); ++i) us[i].push_back(times[i]);
  }
  result.wall_us = spread_of(wall);
  for (std::size_t i = 0; i < us.size(); ++i) {
    OpProfile& op = result.ops[i];
    op.us = spread_of(us[i]);
    op.thread_us = median_thread_times(p.steps, i);
  }
  for (const std::size_t i : most_typical(p.steps, result.wall_us.median, p.request.timeline_steps))
    result.timeline.push_back(timeline_of(p.steps[i], p.kernels.names()));
  return result;
}

Profile measure(Program& program, const ProfileRequest& request, const BeginEpoch& begin_epoch) {
  Profiler profiler(program, request);
  int left = 0;
  const auto next = [&](int wanted) {  // begins an epoch if needed; min(wanted, steps left)
    if (left < 1) left = begin_epoch();
    require(left >= 1, "an epoch has no steps");
    return std::min(wanted, left);
  };
  const int together = program.device().most_steps_per_replay();
  for (int i = 0; i < 3; ++i) left -= program.train_steps(next(together));  // first call by call, then captured
  while (profiler.sampled() < request.steps) {
    next(1);
    profiler.sampled_step();
    --left;
    left -= profiler.unwatched_steps(next(together));
  }
  return profiler.profile();
}

}  // namespace gs
