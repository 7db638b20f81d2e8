// device_memory.h - the registry of device memory: every range that a kernel may access, and the name that the program
// gave it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/common/check.h"

namespace gs::simulator {

/// An array as the program knows it.
struct Naming {
  std::string name;                  ///< "a", as the kernel calls it; empty: unknown
  std::size_t element_bytes = 0;     ///< 0: unknown
  std::vector<std::size_t> extents;  ///< of an array with several indices: tile[16][17] has {16, 17}
  bool managed = false;              ///< the host may access it, too
  bool variable = false;             ///< one element, without an index: __device__ float sum;
  std::uintptr_t margin = 1 << 20;   ///< an address as far outside was probably meant to be inside
  std::string host_name = "";        ///< "d_a", as the host calls it; empty: unknown
};

/// A registered range of device memory.
struct MemoryRange {
  std::uintptr_t begin, end;
  Naming naming;
};

/// Declares [memory, memory + bytes) device memory: under the checker a kernel may access no other global memory.
void register_memory(const void* memory, std::size_t bytes, Naming = {});
/// Removes the range that begins at `memory`, if one is registered.
void unregister_memory(const void* memory);

/// A range that the program has given back.
struct FreedRange {
  MemoryRange range;
  source_location where;
  std::string fact;  ///< what the reader of a message must know, too; empty: nothing
};
/// Removes the range that begins at `memory` and remembers it, until other memory is registered there. Only the latest
/// 256 are remembered.
void free_memory(const void* memory, source_location where, std::string fact);
/// The freed range that `address` was meant for.
std::optional<FreedRange> freed_memory_at(std::uintptr_t address);

/// Gives the range that holds `inside`, also a freed one, another name, if one does. What `naming` leaves open stays.
void name_memory(const void* inside, const Naming& naming);
/// The range that holds the byte at `address`.
std::optional<MemoryRange> memory_at(std::uintptr_t address);

/// All registered ranges, sorted.
std::vector<MemoryRange> registered_memory();

/// Changes whenever a range is registered or removed, so that lookups can be cached.
std::uint64_t registry_version();

/// The name of the dynamic shared memory of the running kernel, and of its elements.
const Naming& dynamic_shared_naming();
void name_dynamic_shared(const char* name, std::size_t element_bytes);

/// A kernel got this pointer, which points to no device memory, as the parameter `name`; until the next launch.
struct HostPointer {
  std::uintptr_t value;
  std::string name;
};
void set_host_pointers(std::vector<HostPointer>);
const std::vector<HostPointer>& host_pointers();

}  // namespace gs::simulator
