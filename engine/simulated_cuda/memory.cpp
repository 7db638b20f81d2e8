// memory.cpp - device memory in separate pages, pinned memory, and copies.
#include "engine/simulated_cuda/memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>

#include "engine/simulated_cuda/gpus.h"
#include "engine/simulated_cuda/runtime.h"
#include "kernels/sim/simulator.h"

namespace gs::simulated_cuda {
namespace {

struct Allocation {
  std::size_t bytes;
  int gpu;
};

/// All device memory by its address.
std::map<void*, Allocation>& allocations() {
  static std::map<void*, Allocation> map;
  return map;
}
/// Device memory and pinned memory with the requested size in bytes.
std::map<const void*, std::size_t>& asked_for() {
  static std::map<const void*, std::size_t> map;
  return map;
}
void admit(const void* memory, std::size_t bytes) {
  simulator::register_memory(memory, bytes);
  asked_for()[memory] = bytes;
}
void forget(const void* memory) {
  simulator::unregister_memory(memory);
  asked_for().erase(memory);
}
std::size_t bytes_in_use[most_gpus] = {};
int open_depth[most_gpus] = {};

void protect_all(int gpu, int protection) {
  for (const auto& [memory, a] : allocations())
    if (a.gpu == gpu) mprotect(memory, a.bytes, protection);
}

constexpr std::size_t page = 4096;

/// The GPU that owns the memory; nullopt for host memory.
std::optional<int> owner(const void* memory) {
  auto after = allocations().upper_bound(const_cast<void*>(memory));
  if (after == allocations().begin()) return std::nullopt;
  const auto& [begin, a] = *--after;
  if (static_cast<const std::byte*>(memory) >= static_cast<const std::byte*>(begin) + a.bytes) return std::nullopt;
  return a.gpu;
}

}  // namespace

OpenMemory::OpenMemory() : OpenMemory(running_gpu()) {}
OpenMemory::OpenMemory(int gpu) : gpu_(gpu) {
  if (open_depth[gpu]++ == 0) protect_all(gpu, PROT_READ | PROT_WRITE);
}
OpenMemory::~OpenMemory() {
  if (--open_depth[gpu_] == 0) protect_all(gpu_, PROT_NONE);
}

std::vector<ptx::Region> memory_of_kernels() {
  std::vector<ptx::Region> regions;
  for (const auto& [memory, bytes] : asked_for()) {
    if (const std::optional<int> gpu = owner(memory); gpu && *gpu != running_gpu()) continue;
    const auto begin = reinterpret_cast<std::uint64_t>(memory);
    regions.push_back({begin, begin + bytes});
  }
  return regions;
}

namespace {

cudaError_t enqueue(cudaStream_t stream, cudaGraphNodeType type, std::function<void()> run) {
  const auto lock = lock_runtime();
  return result(stream->enqueue({type, std::move(run)}));
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  const auto lock = lock_runtime();
  const int gpu = gpu_of_thread();
  const std::size_t padded = (bytes + page - 1) / page * page;
  if (gpu == held_gpu) return result(cudaSuccess);
  if (bytes > memory_bytes || bytes_in_use[gpu] + padded > memory_bytes) return result(cudaErrorMemoryAllocation);
  void* const pages = mmap(nullptr, padded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return result(cudaErrorMemoryAllocation);
  std::memset(pages, 0xff, padded);  // NaN: makes reads of unwritten memory visible
  mprotect(pages, padded, PROT_NONE);
  allocations()[pages] = {padded, gpu};
  bytes_in_use[gpu] += padded;
  admit(pages, bytes);
  *memory = pages;
  return result(cudaSuccess);
}

cudaError_t cudaFree(void* memory) {
  const auto lock = lock_runtime();
  if (!memory) return result(cudaSuccess);
  const auto at = allocations().find(memory);
  if (at == allocations().end()) return result(cudaErrorInvalidValue);
  run_streams_of(at->second.gpu);
  forget(memory);
  munmap(memory, at->second.bytes);
  bytes_in_use[at->second.gpu] -= at->second.bytes;
  allocations().erase(at);
  return result(cudaSuccess);
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const auto lock = lock_runtime();
  *free = memory_bytes - bytes_in_use[gpu_of_thread()];
  *total = memory_bytes;
  return result(cudaSuccess);
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  const auto lock = lock_runtime();
  *memory = std::aligned_alloc(page, (bytes + page - 1) / page * page);
  if (!*memory) return result(cudaErrorMemoryAllocation);
  admit(*memory, bytes);
  return result(cudaSuccess);
}

cudaError_t cudaFreeHost(void* memory) {
  const auto lock = lock_runtime();
  run_streams_of(gpu_of_thread());
  forget(memory);
  std::free(memory);
  return result(cudaSuccess);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  const auto lock = lock_runtime();
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice,
             from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (owner(to).has_value() != to_device || owner(from).has_value() != from_device)
    return result(cudaErrorInvalidValue);
  return enqueue(stream, cudaGraphNodeTypeMemcpy, [=] {
    // A copy may access the memory of any GPU, not only of the stream's.
    const OpenMemory open_to(owner(to).value_or(running_gpu())), open_from(owner(from).value_or(running_gpu()));
    std::memcpy(to, from, bytes);
  });
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  return enqueue(stream, cudaGraphNodeTypeMemset, [=] {
    const OpenMemory open(owner(memory).value_or(running_gpu()));
    std::memset(memory, value, bytes);
  });
}
