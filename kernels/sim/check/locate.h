// locate.h - addresses as elements of arrays, by the names that the program gave them.
#pragma once
#include <cstdint>
#include <string>

#include "kernels/sim/check/spaces.h"
#include "kernels/sim/device_memory.h"

namespace gs::simulator::check {

/// An address as an element of the array that it lies in, or that it was meant for.
struct Location {
  std::string array;          ///< "tile"; empty: unknown
  std::string element;        ///< "tile[64]"
  std::int64_t index = 0;     ///< of the element: 64
  std::int64_t elements = 0;  ///< that the array has
  std::int64_t bytes = 0;     ///< that the array has
  std::int64_t offset = 0;    ///< of the access, in bytes from the array's start
  std::size_t access_bytes = 0;
  bool dynamic = false;  ///< dynamic shared memory
  bool inside = false;   ///< the access lies in the array, whole
};

/// Shared memory of the running block.
Location locate_shared(std::uintptr_t address, std::size_t bytes);
/// `range`: holds the address, or is the nearest.
Location locate_in(const MemoryRange& range, std::uintptr_t address, std::size_t bytes);

}  // namespace gs::simulator::check
