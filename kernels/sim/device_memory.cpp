// device_memory.cpp - the ranges, by their first byte.
#include "kernels/sim/device_memory.h"

#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

namespace gs::simulator {
namespace {

struct Ranges {
  std::mutex mutex;
  std::map<std::uintptr_t, MemoryRange> ranges;
  std::deque<FreedRange> freed;  // oldest first
  std::uint64_t version = 0;
};
Ranges& registry() {
  static Ranges* registry = new Ranges;  // never destroyed: device memory with static storage may outlive it otherwise
  return *registry;
}

/// The range that holds the byte at `address`, or null; the caller has locked the mutex.
MemoryRange* find(std::uintptr_t address) {
  auto above = registry().ranges.upper_bound(address);
  if (above == registry().ranges.begin()) return nullptr;
  MemoryRange& range = std::prev(above)->second;
  return address < range.end ? &range : nullptr;
}

/// The same for what was freed; an address beside such a range counts, too, as far as its margin reaches.
FreedRange* find_freed(std::uintptr_t address) {
  for (FreedRange& freed : registry().freed)
    if (const MemoryRange& range = freed.range;
        address + range.naming.margin >= range.begin && address < range.end + range.naming.margin)
      return &freed;
  return nullptr;
}

}  // namespace

void register_memory(const void* memory, std::size_t bytes, Naming naming) {
  std::lock_guard lock(registry().mutex);
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  std::erase_if(registry().freed,
                [&](const FreedRange& freed) { return freed.range.begin < begin + bytes && begin < freed.range.end; });
  registry().ranges[begin] = {begin, begin + bytes, std::move(naming)};
  registry().version++;
}

void unregister_memory(const void* memory) {
  std::lock_guard lock(registry().mutex);
  registry().ranges.erase(reinterpret_cast<std::uintptr_t>(memory));
  registry().version++;
}

void free_memory(const void* memory, source_location where, std::string fact) {
  std::lock_guard lock(registry().mutex);
  constexpr std::size_t most = 256;  // textbook/memory.cpp keeps the addresses of as many unused
  const auto found = registry().ranges.find(reinterpret_cast<std::uintptr_t>(memory));
  if (found == registry().ranges.end()) return;
  registry().freed.push_back({std::move(found->second), where, std::move(fact)});
  if (registry().freed.size() > most) registry().freed.pop_front();
  registry().ranges.erase(found);
  registry().version++;
}

std::optional<FreedRange> freed_memory_at(std::uintptr_t address) {
  std::lock_guard lock(registry().mutex);
  const FreedRange* const freed = find_freed(address);
  return freed ? std::optional(*freed) : std::nullopt;
}

void name_memory(const void* inside, const Naming& naming) {
  std::lock_guard lock(registry().mutex);
  const auto address = reinterpret_cast<std::uintptr_t>(inside);
  MemoryRange* range = find(address);
  if (FreedRange* const freed = range ? nullptr : find_freed(address)) range = &freed->range;
  if (!range) return;
  if (!naming.name.empty()) range->naming.name = naming.name;
  if (naming.element_bytes > 0) range->naming.element_bytes = naming.element_bytes;
  registry().version++;
}

std::optional<MemoryRange> memory_at(std::uintptr_t address) {
  std::lock_guard lock(registry().mutex);
  const MemoryRange* const range = find(address);
  return range ? std::optional(*range) : std::nullopt;
}

std::vector<MemoryRange> registered_memory() {
  std::lock_guard lock(registry().mutex);
  std::vector<MemoryRange> ranges;
  for (const auto& [begin, range] : registry().ranges) ranges.push_back(range);
  return ranges;
}

std::uint64_t registry_version() {
  std::lock_guard lock(registry().mutex);
  return registry().version;
}

namespace {
thread_local Naming dynamic_naming;
thread_local const char* dynamic_name = nullptr;
thread_local std::vector<HostPointer> pointers_to_host;
}  // namespace

const Naming& dynamic_shared_naming() {
  return dynamic_naming;
}
void name_dynamic_shared(const char* name, std::size_t element_bytes) {
  if (dynamic_name == name) return;  // every thread of every block says so
  dynamic_name = name;
  dynamic_naming = {name ? name : "", element_bytes, {}};
}

void set_host_pointers(std::vector<HostPointer> pointers) {
  pointers_to_host = std::move(pointers);
}
const std::vector<HostPointer>& host_pointers() {
  return pointers_to_host;
}

}  // namespace gs::simulator
