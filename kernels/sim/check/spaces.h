// spaces.h - which of a GPU's memories an address of the simulated kernel stands for.
#pragma once
#include <cstdint>
#include <optional>

namespace gs::simulator::check {

enum class Space { shared, global };

class Spaces {
 public:
  void launch_begins();
  /// Nothing for what a GPU keeps elsewhere: local variables, arguments, constants, threadIdx and its like.
  std::optional<Space> of(std::uintptr_t address) const;

 private:
  std::uintptr_t built_ins_ = 0, built_ins_end_ = 0;  // threadIdx and its like
};

}  // namespace gs::simulator::check
