// op_bound.cpp - from launches to microseconds.
#include "engine/program/op_bound.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gs {
namespace {

constexpr int warp_threads = 32;

double arithmetic_rate(const OpCall& call, Precision precision, const GpuModel& gpu) {
  const bool of_library = call.implementation.starts_with("cudnn") || call.implementation.starts_with("cublaslt");
  if (precision == Precision::fp32 || !(of_library || call.tensor_cores)) return gpu.fp32_flops_per_us;
  if (precision == Precision::tf32) return of_library ? gpu.tf32_flops_per_us : gpu.own_tf32_flops_per_us;
  return of_library ? gpu.bf16_flops_per_us : gpu.own_bf16_flops_per_us;
}

double product(const std::array<unsigned, 3>& extents) {
  return double(extents[0]) * extents[1] * extents[2];
}

double rounded_up_quotient(double a, double b) {
  return std::ceil(a / b);
}

Occupancy residency(const InterpretedLaunch& launch, const GpuModel& gpu) {
  BlockNeeds needs{.threads = int(product(launch.block)), .shared_bytes = launch.shared_bytes};
  if (launch.registers > 0) needs.registers = launch.registers;
  return occupancy(*gpu.multiprocessor, needs);
}

void add_kernel(OpBound& bound, const InterpretedLaunch& launch, const GpuModel& gpu) {
  const double blocks = product(launch.grid), warps = rounded_up_quotient(product(launch.block), warp_threads);
  const double most = rounded_up_quotient(blocks, gpu.multiprocessors);  // on an SM
  const double resident = std::min<double>(most, std::max(1, residency(launch, gpu).blocks));
  const double busy_schedulers = std::min<double>(gpu.schedulers, warps * resident);
  const double issue = most * double(launch.warp_instructions) / blocks / busy_schedulers / gpu.cycles_per_us;
  const double before = (rounded_up_quotient(most, resident) - 1) * double(launch.block_cycles);
  const double latency = (before + double(std::max(launch.block_cycles, launch.last_block_cycles))) / gpu.cycles_per_us;
  bound.issue_us += issue;
  bound.latency_us += latency;
  bound.kernels_us += std::max(issue, latency);
}

}  // namespace

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::bytes:
      return "bytes";
    case Bound::arithmetic:
      return "arithmetic";
    case Bound::issue:
      return "issue";
    case Bound::latency:
      return "latency";
    case Bound::launch:
      return "launch";
    case Bound::unknown:
      break;
  }
  return "unknown";
}

double OpBound::us() const {
  return launch_us + std::max({bytes_us, arithmetic_us, kernels_us});
}

Bound OpBound::bound() const {
  const double longest = std::max({bytes_us, arithmetic_us, kernels_us});
  if (launch_us >= longest) return launch_us > 0 ? Bound::launch : Bound::unknown;
  if (longest == kernels_us) return issue_us >= latency_us ? Bound::issue : Bound::latency;
  return longest == bytes_us ? Bound::bytes : Bound::arithmetic;
}

double occupancy_on(const InterpretedLaunch& launch, const GpuModel& gpu) {
  return residency(launch, gpu).part;
}

OpBound op_bound(const OpCall& call, int kernels, Precision precision, const GpuModel& gpu) {
  return {.launch_us = kernels * gpu.kernel_us,
          .bytes_us = call.cost.bytes / gpu.bytes_per_us,
          .arithmetic_us = call.cost.flops / arithmetic_rate(call, precision, gpu)};
}

OpBound op_bound(const OpCall& call, const std::vector<InterpretedLaunch>& launches, Precision precision,
                 const GpuModel& gpu) {
  OpBound bound = op_bound(call, int(launches.size()), precision, gpu);
  for (const InterpretedLaunch& launch : launches) add_kernel(bound, launch, gpu);
  return bound;
}

}  // namespace gs
