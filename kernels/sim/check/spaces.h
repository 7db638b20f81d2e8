// spaces.h - the GPU memory space that an address of a simulated kernel stands for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gs::simulator::check {

inline std::uintptr_t number(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p);
}

enum class Space { shared, global, beside_shared };  ///< beside_shared: past an end of a __shared__ array

class Spaces {
 public:
  void launch_begins();
  /// nullopt for data that a GPU keeps elsewhere: local variables, arguments, constants, threadIdx and its like.
  std::optional<Space> of(std::uintptr_t address, std::size_t bytes) const;

 private:
  std::uintptr_t built_ins_ = 0, built_ins_end_ = 0;  // threadIdx and its like
};

}  // namespace gs::simulator::check
