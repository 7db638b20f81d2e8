// spaces.h - the GPU memory space that an address of a simulated kernel stands for.
#pragma once
#include <cstdint>
#include <optional>

namespace gs::simulator::check {

enum class Space { shared, global };

class Spaces {
 public:
  void launch_begins();
  /// nullopt for data that a GPU keeps elsewhere: local variables, arguments, constants, threadIdx and its like.
  std::optional<Space> of(std::uintptr_t address) const;

 private:
  std::uintptr_t built_ins_ = 0, built_ins_end_ = 0;  // threadIdx and its like
};

}  // namespace gs::simulator::check
