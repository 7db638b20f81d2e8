// locate.cpp - indices from addresses.
#include "kernels/sim/check/locate.h"

#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/shared_arrays.h"

namespace gs::simulator::check {
namespace {

/// "[2][5]" for element 39 of an array of {16, 17}; one index if it lies outside.
std::string indices_of(std::int64_t index, const std::vector<std::size_t>& extents) {
  std::int64_t elements = 1;
  for (const std::size_t extent : extents) elements *= std::int64_t(extent);
  if (extents.size() < 2 || index < 0 || index >= elements) return "[" + std::to_string(index) + "]";
  std::string text;
  for (std::size_t i = extents.size(); i-- > 0;) {
    text = "[" + std::to_string(index % std::int64_t(extents[i])) + "]" + text;
    index /= std::int64_t(extents[i]);
  }
  return text;
}

Location locate(const std::string& name, std::uintptr_t begin, std::uintptr_t end, std::size_t element_bytes,
                const std::vector<std::size_t>& extents, std::uintptr_t address, std::size_t bytes) {
  Location location;
  const auto size = std::int64_t(element_bytes ? element_bytes : bytes ? bytes : 1);
  const std::int64_t distance = std::int64_t(address) - std::int64_t(begin);
  location.array = name;
  location.index = distance >= 0 ? distance / size : (distance - size + 1) / size;
  location.bytes = std::int64_t(end - begin);
  location.offset = distance;
  location.access_bytes = bytes;
  location.elements = location.bytes / size;
  location.inside = address >= begin && address + bytes <= end;
  location.element = name + indices_of(location.index, extents);
  return location;
}

}  // namespace

Location locate_shared(std::uintptr_t address, std::size_t bytes) {
  const SharedArrays& arrays = SharedArrays::of_program();
  const SharedArray* array = arrays.at(address);
  if (!array && !(address + shared_guard_bytes >= number(position.shared) &&
                  address < number(position.shared_end) + shared_guard_bytes))
    array = arrays.beside(address);
  if (array) {
    Location location =
        locate(array->name, array->begin, array->end, array->element_bytes, array->extents, address, bytes);
    if (location.inside && array->extents.empty() && array->element_bytes == array->end - array->begin)
      location.element = array->name;  // no array: __shared__ int sum;
    return location;
  }
  const Naming& naming = dynamic_shared_naming();
  Location location = locate(naming.name.empty() ? "shared" : naming.name, number(position.shared),
                             number(position.shared_end), naming.element_bytes, {}, address, bytes);
  location.dynamic = true;
  return location;
}

Location locate_in(const MemoryRange& range, std::uintptr_t address, std::size_t bytes) {
  Location location = locate(range.naming.name, range.begin, range.end, range.naming.element_bytes,
                             range.naming.extents, address, bytes);
  if (location.inside && range.naming.variable) location.element = range.naming.name;
  return location;
}

}  // namespace gs::simulator::check
