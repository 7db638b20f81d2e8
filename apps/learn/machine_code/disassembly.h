// disassembly.h - what nvdisasm and ptxas write, as kernels and instructions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gs::learn {

struct Instruction {
  std::string address;  ///< in the kernel, hexadecimal: "00d0"
  std::string text;     ///< "@!P0 LDG.E.128 R4, desc[UR6][R4.64]"
  std::string file;     ///< of the source line; "" if it has none
  unsigned line = 0;
  std::string label;  ///< of this instruction, the target of a branch: ".L_x_3"; "" if it has none
};

struct MachineKernel {
  std::string symbol;  ///< "_Z4tilePfPKfS1_i"
  std::string name;    ///< "tile(float*, float const*, float const*, int)"
  std::vector<Instruction> instructions;
  int registers = 0, shared_bytes = 0, stack_bytes = 0, spilled_bytes = 0;  ///< a thread's, but shared_bytes: a block's
};

/// The functions in the output of `nvdisasm -c -gi`, in the order of the source, without the padding at their ends. Of
/// a chain of inlined calls an instruction gets the innermost line in a file in (or below) `folder`, where the
/// learner's files are; if there is none, the outermost.
std::vector<MachineKernel> kernels_of(std::string_view disassembly, const std::string& folder);

/// Adds the registers and sizes that `ptxas -v` reports.
void add_sizes(std::vector<MachineKernel>&, std::string_view ptxas_report);

/// "_Z1kPf" -> "k(float*)"
std::string demangled(const std::string& symbol);

}  // namespace gs::learn
