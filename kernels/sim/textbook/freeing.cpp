// freeing.cpp - remembers which line has freed what, and whether a destructor did so behind a launch.
#include "kernels/sim/textbook/freeing.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/sim/device_memory.h"
#include "kernels/sim/textbook/memory.h"
#include "kernels/sim/textbook/program.h"

namespace gs::textbook {
namespace {

/// Memory that the arguments of the last launch of objects with destructors pointed to.
struct LastCopies {
  std::vector<const void*> memory;
  source_location launch;
};
LastCopies& last_copies() {
  static auto* copies = new LastCopies;
  return *copies;
}

}  // namespace

void copies_will_be_destroyed(const void* arguments, std::size_t bytes, source_location launch) {
  last_copies() = {{}, launch};
  for (std::size_t i = 0; i + sizeof(void*) <= bytes; i += sizeof(void*)) {
    const void* word;
    std::memcpy(&word, static_cast<const char*>(arguments) + i, sizeof word);
    last_copies().memory.push_back(word);
  }
}

std::optional<cudaError_t> refused_as_freed(const void* pointer, source_location where, const std::string& does) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  if (simulator::memory_at(address)) return {};
  const auto freed = simulator::freed_memory_at(address);
  if (!freed) return {};
  const std::string& name = freed->range.naming.host_name;
  simulator::Explanation explanation;
  explanation.code = "M31";
  explanation.file = where.file;
  explanation.line = where.line;
  if (!name.empty()) explanation.focus = {name};
  explanation.what = does + " " + (name.empty() ? "memory that" : name + ", which") + " line " +
                     std::to_string(freed->where.line) + " has freed";
  if (!freed->fact.empty()) {
    explanation.facts = {freed->fact};
    explanation.advice = "Pass the pointer itself, or an object whose destructor frees nothing";
  } else {
    explanation.advice = "cudaFree comes once, after the last use of the memory";
  }
  return refused(cudaErrorInvalidValue, explanation);
}

}  // namespace gs::textbook

using namespace gs::textbook;

cudaError_t cudaFree(void* pointer, gs::source_location where, const char* function) {
  if (pointer == nullptr) return cudaSuccess;
  if (const auto error = refused_as_freed(pointer, where, "cudaFree frees")) return *error;
  const auto range = gs::simulator::memory_at(reinterpret_cast<std::uintptr_t>(pointer));
  if (!range) return refused(cudaErrorInvalidValue, where, "cudaFree of a pointer that cudaMalloc did not return");
  if (range->begin != reinterpret_cast<std::uintptr_t>(pointer))
    return refused(cudaErrorInvalidValue, where,
                   "cudaFree of a pointer into " +
                       (range->naming.host_name.empty() ? "GPU memory" : range->naming.host_name) +
                       ", not to its start");
  std::string fact;
  const auto& copies = last_copies();
  if (function[0] == '~' && std::find(copies.memory.begin(), copies.memory.end(), pointer) != copies.memory.end())
    fact = "The launch in line " + std::to_string(copies.launch.line) +
           " passed a copy of an object; behind the launch the copy's destructor freed the memory.";
  gs::simulator::free_memory(pointer, where, fact);
  release(pointer);
  return cudaSuccess;
}
