// device_ranges.cpp - looks up the array that an address lies in, or near.
#include "kernels/sim/check/device_ranges.h"

#include <algorithm>
#include <iterator>

#include "kernels/sim/check/shared_arrays.h"

namespace gs::simulator::check {
namespace {

std::string in_short(const MemoryRange& range) {
  return " device memory of " + std::to_string(range.end - range.begin) + " bytes";
}

}  // namespace

void DeviceRanges::launch_begins() {
  if (version_ == registry_version()) return;
  version_ = registry_version();
  ranges_ = registered_memory();
  recent_ = 0;
}

const MemoryRange* DeviceRanges::at(std::uintptr_t address) const {
  const auto above = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](std::uintptr_t a, const MemoryRange& range) { return a < range.begin; });
  return above != ranges_.begin() && address < std::prev(above)->end ? &*std::prev(above) : nullptr;
}

bool DeviceRanges::hold(std::uintptr_t address, std::size_t bytes) {
  const auto holds = [&](const MemoryRange& range) { return address >= range.begin && address + bytes <= range.end; };
  if (recent_ < ranges_.size() && holds(ranges_[recent_])) return true;
  const MemoryRange* const range = at(address);
  if (!range || !holds(*range)) return false;
  recent_ = std::size_t(range - ranges_.data());
  return true;
}

std::optional<Stray> DeviceRanges::stray(std::uintptr_t address, std::size_t bytes) const {
  if (const auto freed = freed_memory_at(address))
    return Stray{Problem::freed_memory, locate_in(freed->range, address, bytes), "the program has freed it", freed};
  const auto above = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](std::uintptr_t a, const MemoryRange& range) { return a < range.begin; });
  const MemoryRange* const below = above == ranges_.begin() ? nullptr : &*std::prev(above);
  if (below && address + bytes - below->end <= below->naming.margin)
    return Stray{Problem::not_device_memory,
                 locate_in(*below, address, bytes),
                 std::to_string(address + bytes - below->end) + " bytes past the end of" + in_short(*below),
                 {}};
  if (above != ranges_.end() && above->begin - address <= above->naming.margin)
    return Stray{Problem::not_device_memory,
                 locate_in(*above, address, bytes),
                 std::to_string(above->begin - address) + " bytes before the start of" + in_short(*above),
                 {}};
  if (SharedArrays::of_program().is_variable(address) &&
      std::none_of(host_pointers().begin(), host_pointers().end(), [&](const HostPointer& pointer) {
        return SharedArrays::of_program().same_variable(pointer.value, address);
      }))
    return {};
  constexpr std::uintptr_t near = 1 << 30;
  Location location;
  const HostPointer* nearest = nullptr;
  for (const HostPointer& pointer : host_pointers())
    if (pointer.value <= address && address - pointer.value <= near && (!nearest || pointer.value > nearest->value))
      nearest = &pointer;
  if (nearest) location.array = nearest->name;
  if (address < near >> 8 || (nearest && nearest->value == 0))
    return Stray{Problem::null_pointer, location, "a null pointer", {}};
  return Stray{Problem::host_memory, location, "the address is not in device memory; a host pointer?", {}};
}

}  // namespace gs::simulator::check
