// kernel_attributes.cpp - cudaFuncSetAttribute, by the kernel's address.
#include "kernels/sim/textbook/kernel_attributes.h"

#include <algorithm>
#include <map>
#include <string>

#include "kernels/common/grouped.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/program.h"

namespace gs::textbook {
namespace {

std::map<const void*, std::size_t>& allowed_bytes() {
  static auto* allowed = new std::map<const void*, std::size_t>;
  return *allowed;
}

/// A template's instance that is not known by its address gets what any kernel has.
std::size_t allowed_for(const void* kernel) {
  std::size_t allowed = properties_of_device().sharedMemPerBlock;
  for (const auto& [address, bytes] : allowed_bytes())
    if (!kernel || address == kernel) allowed = std::max(allowed, bytes);
  return allowed;
}

}  // namespace

void check_shared_bytes(const KernelName& kernel, const Configuration& configuration) {
  const std::size_t bytes = configuration.shared_bytes, allowed = allowed_for(kernel.address);
  if (bytes <= allowed || bytes > properties_of_device().sharedMemPerBlockOptin) return;
  simulator::Explanation explanation;
  explanation.code = "M29";
  explanation.file = configuration.where.file;
  explanation.line = configuration.where.line;
  explanation.what = grouped(std::int64_t(bytes)) + " bytes of dynamic shared memory: the kernel may have " +
                     grouped(std::int64_t(allowed)) + ", unless it asks for more";
  explanation.advice = "Before the launch: cudaFuncSetAttribute(" + std::string(kernel.name) +
                       ", cudaFuncAttributeMaxDynamicSharedMemorySize, " + std::to_string(bytes) + ")";
  throw simulator::LaunchRefused("launch of kernel " + std::string(kernel.name) + ": " + explanation.what, explanation);
}

cudaError_t set_attribute(const void* kernel, cudaFuncAttribute attribute, int value, source_location where) {
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  const std::size_t most = properties_of_device().sharedMemPerBlockOptin;
  if (value < 0 || std::size_t(value) > most)
    return refused(cudaErrorInvalidValue, where,
                   "cudaFuncSetAttribute asks for " + grouped(value) +
                       " bytes of dynamic shared memory: a block of the largest GPU has " +
                       grouped(std::int64_t(most)));
  allowed_bytes()[kernel] = std::size_t(value);
  return cudaSuccess;
}

}  // namespace gs::textbook
