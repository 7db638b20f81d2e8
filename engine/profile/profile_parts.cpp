// profile_parts.cpp - parts from a program, from samples and from a list of launches.
#include "engine/profile/profile_parts.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/version.h"
#include "engine/profile/kernel_names.h"

namespace gs {

Profile described(const Program& program, const Peaks& peaks) {
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
  p.peaks = peaks;
  for (const OpCall& step : program.training_calls())
    p.ops.push_back({.name = step.name,
                     .pass = step.pass,
                     .implementation = step.implementation,
                     .note = step.note,
                     .cost = step.cost});
  return p;
}

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

std::vector<ProfiledKernel> listed_kernels(const std::vector<KernelLaunch>& launches) {
  std::vector<ProfiledKernel> kernels;
  for (const KernelLaunch& launch : launches) {
    ProfiledKernel kernel{short_kernel_name(launch.kernel), launch.grid, launch.block, launch.shared_bytes};
    const auto same = [&](const ProfiledKernel& k) {
      return k.name == kernel.name && k.grid == kernel.grid && k.block == kernel.block &&
             k.shared_bytes == kernel.shared_bytes;
    };
    if (const auto at = std::find_if(kernels.begin(), kernels.end(), same); at != kernels.end())
      ++at->launches;
    else
      kernels.push_back(kernel);
  }
  return kernels;
}

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

}  // namespace gs
