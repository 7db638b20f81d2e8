// measure_peaks.cpp - measures the peaks: each measurement repeats one call for a fixed time and takes the fastest.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/machine_limits.h"
#include "engine/core/seconds_since.h"
#include "engine/library/library.h"
#include "engine/profile/measure_peaks.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/peak/peak.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

/// Duration of one measurement without its allocations; a CPU has two, a GPU eight.
double seconds_each(const Device& device) {
  return device.registry().target() == Target::cuda ? 0.1 : 0.4;
}
constexpr int least_runs = 2;

/// Device memory with values in [-1, 1): a GPU that multiplies zeros draws less power and runs faster.
template <class T>
Memory random_values(Device& device, std::size_t count) {
  std::vector<T> values(count);
  std::uint32_t state = 1;
  for (T& value : values) value = rounded<T>(float(std::int32_t(state = state * 1664525u + 1013904223u)) * 0x1p-31f);
  return uploaded(device, values);
}

/// Shortest time of one call in seconds, including the wait for the device. The first call is a warm-up.
template <class Call>
double shortest(Device& device, Call call) {
  call();
  device.synchronize();
  double best = INFINITY;
  const auto begin = Clock::now();
  for (int run = 0; run < least_runs || seconds_since(begin) < seconds_each(device); ++run) {
    const auto start = Clock::now();
    call();
    device.synchronize();
    best = std::min(best, seconds_since(start));
  }
  return best;
}

/// Array length for which no cache holds both arrays. CPU: an array as large as the last-level cache, within bounds;
/// GPU: 512 MiB, ten times an H200's L2.
std::int64_t copied_floats(const Device& device) {
  if (device.registry().target() == Target::cuda) return std::int64_t(512) << 18;
  const std::int64_t memory = std::int64_t(memory_limit_bytes());
  const std::int64_t cache = std::max<std::int64_t>(sysconf(_SC_LEVEL3_CACHE_SIZE), 0);
  const std::int64_t bytes = std::min(std::clamp<std::int64_t>(cache, 64 << 20, 256 << 20), memory / 16);
  return bytes / std::int64_t(sizeof(float));
}

double copy_rate(Device& device) {
  const Values values{copied_floats(device)};
  const std::size_t bytes = std::size_t(values.size) * sizeof(float);
  Memory from(device, bytes), to(device, bytes);
  device.fill_zero(from.data(), bytes);
  const auto launch = device.registry().highest<CopyValues>().launch;
  const double seconds = shortest(device, [&] {
    launch(static_cast<float*>(to.data()), static_cast<const float*>(from.data()), values, nullptr, device.stream());
  });
  return cost(CopyValues{}, values).bytes / seconds;
}

double multiply_add_rate(Device& device) {
  const bool gpu = device.registry().target() == Target::cuda;
  // GPU: a few elements per thread; CPU: each core's share stays in its L1 cache.
  const MultiplyAdds chain{gpu ? 132 * 2048 * 4 : std::int64_t(1024) * device.threads(), gpu ? 4096 : 16384, 0.5f, 1};
  Memory x(device, std::size_t(chain.size) * sizeof(float)), y(device, std::size_t(chain.size) * sizeof(float));
  device.fill_zero(x.data(), x.bytes());
  const auto launch = device.registry().highest<ChainMultiplyAdds>().launch;
  const double seconds = shortest(device, [&] {
    launch(static_cast<float*>(y.data()), static_cast<const float*>(x.data()), chain, nullptr, device.stream());
  });
  return cost(ChainMultiplyAdds{}, chain).flops / seconds;
}

/// Rate of our mma.sync kernel, all operands in registers; 0 if the device has none.
double matrix_rate(Device& device, bool bf16) {
  if (device.variants<RepeatMatrixProducts>().empty()) return 0;
  const MatrixProducts products{132 * 16 * 4, 1024, bf16};
  const Memory a = random_values<float>(device, 16 * 16), b = random_values<float>(device, 16 * 8);
  const Memory y(device, std::size_t(products.warps) * 16 * 8 * sizeof(float));
  const auto launch = device.registry().highest<RepeatMatrixProducts>().launch;
  const double seconds = shortest(device, [&] {
    launch(static_cast<float*>(y.data()), static_cast<const float*>(a.data()), static_cast<const float*>(b.data()),
           products, nullptr, device.stream());
  });
  return cost(RepeatMatrixProducts{}, products).flops / seconds;
}

/// Rate of the library's first implementation of a 4096^3 product in T; 0 if it has none.
template <class T>
double library_rate(Device& device) {
  const Dense square{4096, 4096, 4096};
  LayerLibrary<T>* const library = device.library() ? device.library()->of<T>() : nullptr;
  if (!library) return 0;
  const auto offers = library->dense_forward(square);
  if (offers.empty()) return 0;
  constexpr std::size_t size = std::size_t(4096) * 4096;
  const Memory x = random_values<T>(device, size), w = random_values<T>(device, size);
  const Memory bias = random_values<T>(device, 4096), y(device, size * sizeof(T));
  const Memory workspace(device, std::max<std::size_t>(offers.front().workspace_bytes, 256));
  const double seconds = shortest(device, [&] {
    offers.front().launch(static_cast<T*>(y.data()), static_cast<const T*>(x.data()), static_cast<const T*>(w.data()),
                          static_cast<const T*>(bias.data()), square, workspace.data(), device.stream());
  });
  return cost(DenseForward<T>{}, square).flops / seconds;
}

/// Time from one tiny kernel to a dependent one: the difference of a long and a short chain, per kernel.
template <class Run>
double launch_us(Device& device, Run run_of_length) {
  constexpr int few = 64, many = 512;
  const auto short_chain = run_of_length(few), long_chain = run_of_length(many);
  return 1e6 * (shortest(device, long_chain) - shortest(device, short_chain)) / (many - few);
}

void measure_launches(Device& device, Peaks& peaks) {
  Memory values(device, 2 * sizeof(float));
  device.fill_zero(values.data(), values.bytes());
  const auto launch = device.registry().highest<CopyValues>().launch;
  const auto tiny = [&device, &values, launch] {
    float* at = static_cast<float*>(values.data());
    launch(at + 1, at, Values{1}, nullptr, device.stream());
  };
  peaks.stream_launch_us = launch_us(device, [&](int length) {
    return [tiny, length] {
      for (int i = 0; i < length; ++i) tiny();
    };
  });
  peaks.graph_launch_us = launch_us(device, [&](int length) {
    std::vector<GraphCall> calls;
    for (int i = 0; i < length; ++i) calls.push_back({tiny, i > 0 ? std::vector<int>{i - 1} : std::vector<int>{}});
    return [replay = std::shared_ptr<Replay>(device.capture(std::move(calls)))] { replay->run(); };
  });
}

}  // namespace

Peaks measure_peaks(Device& device) {
  Peaks peaks{.machine = device.description(), .measured_now = true};
  peaks.date = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
  if (device.registry().target() == Target::sim) return peaks;
  peaks.copy_bytes_per_s = copy_rate(device);
  peaks.fp32_flops_per_s = multiply_add_rate(device);
  if (device.registry().target() != Target::cuda) return peaks;
  peaks.tf32_flops_per_s = matrix_rate(device, false);
  peaks.bf16_flops_per_s = matrix_rate(device, true);
  double& library = device.tf32() ? peaks.tf32_flops_per_s : peaks.fp32_flops_per_s;
  library = std::max(library, library_rate<float>(device));
  peaks.bf16_flops_per_s = std::max(peaks.bf16_flops_per_s, library_rate<bf16>(device));
  measure_launches(device, peaks);
  return peaks;
}

}  // namespace gs
