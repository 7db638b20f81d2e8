// instruction_counter.h - instruction counts of nvcc's kernels, from the program that interprets them (gridstride-ptx).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gs {

/// Counts of executed PTX instructions, as nvcc emits them. A diverged warp executes an instruction once for each group
/// of lanes.
struct InstructionCounts {
  struct Entry {
    std::string name;
    std::int64_t warp = 0;  ///< executed by warps
  };
  std::int64_t warp = 0;
  std::int64_t lanes = 0;      ///< summed over the active lanes: at most 32 for each warp instruction
  std::vector<Entry> kernels;  ///< by kernel, in the order of their first launch
  std::vector<Entry> opcodes;  ///< by opcode and state space: "mma", "ld.shared"; the most first
  std::vector<Entry> lines;    ///< by source line: "kernels/dense/dense_tensor.cu:31"; the most first
};

/// One launch.
struct InterpretedLaunch {
  std::string kernel;
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< per block, static and dynamic
  int registers = 0;             ///< per thread, in machine code for the simulated GPU; 0: unknown
  std::int64_t warp_instructions = 0;
  std::int64_t block_cycles = 0;       ///< latency of a block whose warps never wait for a scheduler
  std::int64_t last_block_cycles = 0;  ///< of the last block to arrive, which may complete what the others began
};

class InstructionCounter {
 public:
  virtual ~InstructionCounter() = default;
  /// Counts the launches that execute while `calls` runs, and appends them to `launches`.
  virtual InstructionCounts count(const std::function<void()>& calls, std::vector<InterpretedLaunch>& launches) = 0;
};

/// The program's counter; null if kernels are not interpreted.
InstructionCounter* instruction_counter();
void set_instruction_counter(InstructionCounter*);

}  // namespace gs
