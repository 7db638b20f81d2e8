// instruction_counter.h - what nvcc's kernels execute, counted by a program that interprets them (gridstride-ptx).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gs {

/// Instructions of PTX, as nvcc emits them. A warp whose lanes have parted executes one once for each part.
struct InstructionCounts {
  struct Entry {
    std::string name;
    std::int64_t warp = 0;  ///< executed by warps
  };
  std::int64_t warp = 0;
  std::int64_t lanes = 0;      ///< the same, summed over the lanes that took part: at most 32 of each
  std::vector<Entry> kernels;  ///< by kernel, in the order of their first launch
  std::vector<Entry> opcodes;  ///< by opcode and state space: "mma", "ld.shared"; the most first
  std::vector<Entry> lines;    ///< by source line: "kernels/dense/dense_tensor.cu:31"; the most first
};

/// One launch.
struct InterpretedLaunch {
  std::string kernel;
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< of a block, static and dynamic
};

class InstructionCounter {
 public:
  virtual ~InstructionCounter() = default;
  /// Counts the launches whose work is done while `calls` runs, and notes them.
  virtual InstructionCounts count(const std::function<void()>& calls, std::vector<InterpretedLaunch>& launches) = 0;
};

/// The program's counter; null where kernels are not interpreted.
InstructionCounter* instruction_counter();
void set_instruction_counter(InstructionCounter*);

}  // namespace gs
