// runtime_api.cpp - memory, copies, streams and events of a learner's program.
#include "kernels/sim/textbook/runtime_api.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "kernels/sim/device_memory.h"
#include "kernels/sim/textbook/freeing.h"
#include "kernels/sim/textbook/memory.h"
#include "kernels/sim/textbook/program.h"

namespace gs::textbook {
namespace {

/// "(void**)&d_a" -> "d_a"
std::string name_in(std::string_view expression) {
  const auto end = expression.find_last_not_of(" )");
  expression = expression.substr(0, end == expression.npos ? 0 : end + 1);
  const auto begin = expression.find_last_of("&)( *");
  return std::string(begin == expression.npos ? expression : expression.substr(begin + 1));
}

std::set<const void*>& streams_and_events() {
  static auto* handles = new std::set<const void*>;
  return *handles;
}
template <class Handle>
cudaError_t create(Handle* handle) {
  auto* const made = new char;
  streams_and_events().insert(made);
  *handle = reinterpret_cast<Handle>(made);
  return cudaSuccess;
}
template <class Handle>
cudaError_t destroy(Handle handle) {
  auto* const made = reinterpret_cast<char*>(handle);
  if (streams_and_events().erase(made) == 0) return failed(cudaErrorInvalidResourceHandle);
  delete made;
  return cudaSuccess;
}

std::optional<simulator::MemoryRange> range_of(const void* p) {
  return simulator::memory_at(reinterpret_cast<std::uintptr_t>(p));
}

/// "d_a[10]" or "host memory"
std::string in_words(const simulator::MemoryRange& range) {
  return range.naming.host_name.empty() ? "GPU memory" : range.naming.host_name;
}

/// Empty if [p, p + bytes) lies in one allocation.
std::string past_the_end(const void* p, std::size_t bytes, const simulator::MemoryRange& range, const char* verb) {
  const std::size_t left = range.end - reinterpret_cast<std::uintptr_t>(p);
  if (bytes <= left) return "";
  return std::string(verb) + " " + std::to_string(bytes) + " bytes, and " + in_words(range) + " has " +
         std::to_string(left);
}

}  // namespace

cudaError_t allocate(const char* expression, void** pointer, std::size_t bytes, std::size_t element_bytes, bool managed,
                     source_location where) {
  if (pointer == nullptr) return refused(cudaErrorInvalidValue, where, "cudaMalloc got a null pointer");
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  void* const memory = reserve(bytes);
  if (!memory)
    return refused(cudaErrorMemoryAllocation, where,
                   "cudaMalloc of " + std::to_string(bytes) + " bytes: this machine has not so much memory");
  const std::string name = name_in(expression);
  simulator::register_memory(memory, bytes, {name, element_bytes, {}, managed, false, margin_of(memory), name});
  *pointer = memory;
  return cudaSuccess;
}

cudaError_t allocate_host(void** pointer, std::size_t bytes) {
  *pointer = std::malloc(bytes);
  return *pointer || bytes == 0 ? cudaSuccess : failed(cudaErrorMemoryAllocation);
}

}  // namespace gs::textbook

using namespace gs::textbook;
using gs::source_location;

cudaError_t cudaFreeHost(void* pointer) {
  std::free(pointer);
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, source_location where) {
  if (bytes == 0) return cudaSuccess;
  if (const auto error = refused_as_freed(to, where, "cudaMemcpy writes to")) return *error;
  if (const auto error = refused_as_freed(from, where, "cudaMemcpy reads")) return *error;
  const auto target = range_of(to), source = range_of(from);
  const auto refuse = [&](cudaError_t error, const std::string& why) {
    return refused(error, where, "cudaMemcpy " + why);
  };
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault)
    return refuse(cudaErrorInvalidMemcpyDirection, "got no direction that CUDA knows");
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind != cudaMemcpyDefault) {
    if (to_device && !target) return refuse(cudaErrorInvalidValue, "to the GPU: the first pointer is not GPU memory");
    if (from_device && !source)
      return refuse(cudaErrorInvalidValue, "from the GPU: the second pointer is not GPU memory");
    if (!to_device && target && !target->naming.managed)
      return refuse(cudaErrorInvalidValue, "to the host: the first pointer, " + in_words(*target) + ", is GPU memory");
    if (!from_device && source && !source->naming.managed)
      return refuse(cudaErrorInvalidValue,
                    "from the host: the second pointer, " + in_words(*source) + ", is GPU memory");
  }
  if (target)
    if (const auto why = past_the_end(to, bytes, *target, "writes"); !why.empty())
      return refuse(cudaErrorInvalidValue, why);
  if (source)
    if (const auto why = past_the_end(from, bytes, *source, "reads"); !why.empty())
      return refuse(cudaErrorInvalidValue, why);
  std::memmove(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy2D(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch, std::size_t width,
                         std::size_t height, cudaMemcpyKind kind, source_location where) {
  if (width > to_pitch || width > from_pitch)
    return refused(cudaErrorInvalidValue, where, "cudaMemcpy2D: a row is wider than the distance between rows");
  for (std::size_t row = 0; row < height; ++row)
    if (const auto error = cudaMemcpy(static_cast<char*>(to) + row * to_pitch,
                                      static_cast<const char*>(from) + row * from_pitch, width, kind, where))
      return error;
  return cudaSuccess;
}

cudaError_t cudaMemset(void* to, int value, std::size_t bytes, source_location where) {
  if (bytes == 0) return cudaSuccess;
  if (const auto error = refused_as_freed(to, where, "cudaMemset writes to")) return *error;
  const auto target = range_of(to);
  if (!target) return refused(cudaErrorInvalidValue, where, "cudaMemset: the pointer is not GPU memory");
  if (const auto why = past_the_end(to, bytes, *target, "writes"); !why.empty())
    return refused(cudaErrorInvalidValue, where, "cudaMemset " + why);
  std::memset(to, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = properties_of_device().totalGlobalMem;
  *free = *total;
  for (const auto& range : gs::simulator::registered_memory()) *free -= std::min(*free, range.end - range.begin);
  return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return create(stream);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return destroy(stream);
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return create(event);
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  return destroy(event);
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t, source_location where) {
  *milliseconds = std::numeric_limits<float>::quiet_NaN();
  note_once(where, "a simulated GPU has no time: cudaEventElapsedTime gives NaN (--count counts what a kernel costs)");
  return cudaSuccess;
}
