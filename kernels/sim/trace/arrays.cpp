// arrays.cpp - looks addresses up in the registries of device memory and of shared arrays.
#include "kernels/sim/trace/arrays.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "kernels/sim/block.h"
#include "kernels/sim/check/shared_arrays.h"
#include "kernels/sim/device_memory.h"

namespace gs::simulator::trace {
namespace {

constexpr std::uint64_t page_bytes = 4096;  // a multiple of a sector and of the width of all banks

/// The registered range that holds the address, or the one whose margin does.
std::optional<MemoryRange> range_near(std::uintptr_t address) {
  for (const MemoryRange& range : registered_memory())
    if (address + range.naming.margin >= range.begin && address < range.end + range.naming.margin) return range;
  return {};
}

struct Named {
  std::uintptr_t begin, end;
  std::string name;
  std::size_t element_bytes;
  std::vector<std::size_t> extents;
  bool single;
};

Named named_global(std::uintptr_t address) {
  auto range = memory_at(address);
  if (!range) range = range_near(address);
  if (range)
    return {range->begin,          range->end, range->naming.name, range->naming.element_bytes, range->naming.extents,
            range->naming.variable};
  const std::uintptr_t begin = address / page_bytes * page_bytes;  // memory of the host, or none
  return {begin, begin + page_bytes, "", 0, {}, false};
}

Named named_shared(std::uintptr_t address) {
  const check::SharedArrays& arrays = check::SharedArrays::of_program();
  const auto dynamic_begin = check::number(position.shared), dynamic_end = check::number(position.shared_end);
  const bool dynamic = address + shared_guard_bytes >= dynamic_begin && address < dynamic_end + shared_guard_bytes;
  const check::SharedArray* array = arrays.at(address);
  if (!array && !dynamic) array = arrays.beside(address);
  if (array)
    return {array->begin,   array->end,
            array->name,    array->element_bytes,
            array->extents, array->extents.empty() && array->element_bytes == array->end - array->begin};
  const Naming& naming = dynamic_shared_naming();
  return {dynamic_begin, dynamic_end, naming.name.empty() ? "shared" : naming.name, naming.element_bytes, {}, false};
}

}  // namespace

Arrays::Found Arrays::at(bool shared, std::uintptr_t address, std::size_t bytes) {
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&](const Known& known) { return known.begin <= address && address < known.end; });
  const Known known = found != known_.end() ? *found : add(shared, address, bytes);
  return {known.array, all_[known.array].base + (address - known.begin)};
}

const Arrays::Known& Arrays::add(bool shared, std::uintptr_t address, std::size_t bytes) {
  Named named = shared ? named_shared(address) : named_global(address);
  const auto same =
      std::find_if(known_.begin(), known_.end(), [&](const Known& known) { return known.begin == named.begin; });
  if (same != known_.end()) return *same;
  Array array;
  array.name = named.name.empty() ? "memory" : named.name;
  array.shared = shared;
  array.single = named.single;
  if (shared && !shared_begin_) shared_begin_ = named.begin;
  array.base = (all_.size() + 1) * apart + (named.begin - (shared ? *shared_begin_ : 0)) % page_bytes;
  array.bytes = named.end - named.begin;
  array.element_bytes = named.element_bytes ? named.element_bytes : bytes;
  if (named.extents.size() > 1) array.extents = std::move(named.extents);
  all_.push_back(std::move(array));
  known_.push_back({named.begin, named.end, all_.size() - 1});
  return known_.back();
}

}  // namespace gs::simulator::trace
