// profiler.cpp - samples steps, and makes a profile of the samples.
#include "engine/profile/profiler.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/version.h"
#include "engine/profile/measure_roof.h"
#include "engine/profile/sampled_step.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

Roof roof_for(Device& device, RoofSource source) {
  if (source == RoofSource::none || device.rooms().target == Target::sim) return {.machine = device.description()};
  if (source == RoofSource::cached) return cached_roof(device);
  const Roof roof = measure_roof(device);
  if (const auto file = roof_file()) store_roof(*file, roof);
  return roof;
}

/// What of the record is known before a step has run.
Profile described(const Program& program, const Roof& roof) {
  const Shape& input = program.net().input;
  Profile p{.model = program.net().name, .batch = program.recipe().batch};
  p.input = fmt::format("{}x{}x{}", input.h, input.w, input.c);
  p.device = program.device().name();
  p.device_description = program.device().description();
  p.precision = to_string(program.recipe().precision);
  p.threads = program.device().threads();
  p.version = version_info().version;
  p.commit = version_info().commit;
  p.time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
  p.roof = roof;
  for (const Step& step : program.training_steps())
    p.ops.push_back({.name = step.name,
                     .pass = step.pass,
                     .implementation = step.implementation,
                     .note = step.note,
                     .cost = step.cost});
  return p;
}

/// For each thread the median over the steps; empty where no step knows of threads.
std::vector<double> median_thread_times(const std::vector<SampledStep>& steps, std::size_t op) {
  std::vector<std::vector<double>> by_thread;
  for (const SampledStep& step : steps) {
    if (op >= step.thread_us.size()) continue;
    const std::vector<double>& us = step.thread_us[op];
    by_thread.resize(std::max(by_thread.size(), us.size()));
    for (std::size_t thread = 0; thread < us.size(); ++thread) by_thread[thread].push_back(us[thread]);
  }
  std::vector<double> medians;
  for (std::vector<double>& us : by_thread) medians.push_back(spread_of(std::move(us)).median);
  return medians;
}

/// The steps whose wall time is nearest to the median, in the order in which they ran.
std::vector<std::size_t> most_typical(const std::vector<SampledStep>& steps, double median_us, int count) {
  std::vector<std::size_t> order(steps.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(steps[a].wall_us - median_us) < std::abs(steps[b].wall_us - median_us);
  });
  order.resize(std::min(order.size(), std::size_t(std::max(count, 0))));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

struct Profiler::Impl {
  Program& program;
  ProfileRequest request;
  Roof roof;
  std::vector<SampledStep> steps;
  std::vector<double> unwatched_us;

  SampledStep timed_step() {
    const TimedCalls timed = program.timed_step();
    SampledStep step{.wall_us = timed.wall_us};
    for (std::size_t i = 0; i < timed.calls.size(); ++i) {
      step.stretches.push_back({int(i), -1, timed.calls[i].start_us, timed.calls[i].end_us});
      step.thread_us.push_back(timed.calls[i].thread_us);
    }
    return step;
  }
};

Profiler::Profiler(Program& program, const ProfileRequest& request)
    : impl_(std::make_unique<Impl>(Impl{program, request, roof_for(program.device(), request.roof), {}, {}})) {
  if (!request.graph) program.use_replays(false);
}

Profiler::~Profiler() {
  if (!impl_->request.graph) impl_->program.use_replays(true);
}

void Profiler::sampled_step() {
  impl_->program.device().synchronize();
  impl_->steps.push_back(impl_->timed_step());
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
  Profile result = described(p.program, p.roof);
  result.source = p.program.device().rooms().target == Target::sim ? TimeSource::counts : TimeSource::clock;
  result.sampled_steps = int(p.steps.size());
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
    op.launches = 1;
    op.thread_us = median_thread_times(p.steps, i);
  }
  for (const std::size_t i : most_typical(p.steps, result.wall_us.median, p.request.timeline_steps))
    result.timeline.push_back(timeline_of(p.steps[i], {}));
  return result;
}

Profile measure(Program& program, const ProfileRequest& request, const BeginEpoch& begin_epoch) {
  Profiler profiler(program, request);
  int left = 0;
  const auto next = [&](int wanted) {  // an epoch with at least one step left; how many of the wanted it has
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
