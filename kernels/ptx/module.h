// module.h - a PTX module in memory: its variables and its decoded kernels.
//
// A warp's registers lie side by side, 32 lanes each: a predicate is one 32-bit mask, a 16-, 32- or 64-bit register an
// array of 32 values. An operand is the byte offset of such an array. Immediates and special registers (%tid.x) are
// registers, too, filled before the first instruction, so that handlers need not tell kinds of operands apart.
#pragma once
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/common/check.h"
#include "kernels/ptx/types.h"

namespace gs::ptx {

/// Error in a module's text or in a running kernel. Inside a kernel the message names it, the source line and the
/// instruction.
struct PtxError : Error {
  using Error::Error;
};

struct Warp;
struct Instruction;
/// Executes an instruction for the lanes of `mask`, which is never 0.
using Handler = void (*)(Warp&, const Instruction&, std::uint32_t mask);

/// Control-flow effect of an instruction.
enum class Flow : std::uint8_t {
  next,       ///< falls through
  branch,     ///< to `target`
  exit,       ///< the lanes end
  barrier,    ///< of the block
  sync_warp,  ///< waits until all lanes of a mask are at a sync_warp, not necessarily the same one
  warp        ///< executed by all lanes of a mask together
};

/// Part of an instruction in a warp's asynchronous copies.
enum class CopyStep : std::uint8_t { none, start, commit, wait };

struct Instruction {
  Handler run = nullptr;
  Flow flow = Flow::next;
  Space space = Space::generic;
  std::uint8_t operands = 0;  ///< their number
  std::uint8_t results = 0;   ///< the first of the operands, which it writes
  CopyStep copy = CopyStep::none;
  std::uint8_t elements = 1;  ///< vector length: 2 for {%r1, %r2}
  std::uint8_t bytes = 0;     ///< of a copy, of a vector's element, or of cvt's source register
  std::uint8_t mode = 0;      ///< handler-specific: a rounding, a kind of shuffle
  bool wide_address = false;  ///< the address is a 64-bit register
  bool guard_negated = false;
  bool negated = false;         ///< its predicate operand is written !%p
  bool whole_warp = false;      ///< Flow::warp: needs all 32 lanes, has no mask
  bool begins_stretch = false;  ///< branches lead here, or the one before may not fall through at once (timeline.h)
  std::uint32_t guard = 0;      ///< the predicate of @%p; 0: none
  std::uint32_t members = 0;    ///< Flow::warp and sync_warp: the register that holds the mask
  std::int32_t target = -1;
  std::uint16_t latency = 0;   ///< cycles until its results can be used (latency.h)
  std::int64_t immediate = 0;  ///< displacement of an address, or number of copy groups
  std::array<std::uint32_t, 14> operand{};
};

/// A line of a source file, by its index in Module::files.
struct SourceLine {
  std::int32_t file = 0, line = 0;
  auto operator<=>(const SourceLine&) const = default;
};

struct Register {
  std::uint32_t offset = 0;
  Type type = Type::none;
};

struct Parameter {
  std::uint32_t offset = 0, bytes = 0;
};

enum class Special : std::uint8_t {
  tid_x,
  tid_y,
  tid_z,
  ntid_x,
  ntid_y,
  ntid_z,
  ctaid_x,
  ctaid_y,
  ctaid_z,
  nctaid_x,
  nctaid_y,
  nctaid_z,
  laneid,
  lanemask_lt,
  lanemask_le,
  lanemask_gt,
  lanemask_ge,
  lanemask_eq,
  dynamic_smem_size
};

struct Kernel {
  std::string name;  ///< mangled
  std::vector<Parameter> parameters;
  std::uint32_t parameter_bytes = 0, register_bytes = 0, local_bytes = 0, shared_bytes = 0, call_bytes = 0;
  int machine_registers = 0;  ///< per thread in ptxas's machine code; 0: unknown

  struct Constant {
    std::uint32_t offset;
    std::uint64_t value;
    int bits;
  };
  struct SpecialRegister {
    std::uint32_t offset;
    Special which;
  };
  std::vector<Constant> constants;
  std::vector<SpecialRegister> specials;
  std::map<std::string, Register, std::less<>> registers;

  std::vector<Instruction> code;
  std::vector<SourceLine> lines;   ///< of each instruction; 0:0 if nvcc names none
  std::vector<std::string> texts;  ///< of each instruction
};

/// [begin, end): memory that a kernel may access.
struct Region {
  std::uint64_t begin = 0, end = 0;
};

struct Module {
  std::map<std::string, Kernel, std::less<>> kernels;
  std::map<int, std::string> files;
  std::vector<Region> globals;  ///< the module's own variables

  /// "kernels/dense/dense_tensor.cu:31", or "an unknown line".
  std::string place(SourceLine) const;

  std::vector<std::unique_ptr<std::byte[]>> memory;  ///< storage of `globals`
};

/// Parses a PTX text, called `name` in messages. Throws PtxError with the line of `text`; an unsupported opcode or
/// directive is named, with kernel and source line.
std::unique_ptr<Module> parse(std::string_view text, const std::string& name);

}  // namespace gs::ptx
