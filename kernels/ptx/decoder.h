// decoder.h - turns a PTX statement, an opcode with operands, into an Instruction.
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::ptx {

/// "ld.global.nc.v2.f32", split at its dots. A decoder takes the parts that it supports; an instruction with parts left
/// is refused.
class Opcode {
 public:
  explicit Opcode(std::string text);

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  bool take(std::string_view part);
  /// Takes the first of `parts` that is present and returns its index in the list; -1 if none is.
  int take_one_of(std::initializer_list<std::string_view> parts);
  /// Takes the first remaining type; throws PtxError if none is left.
  Type take_type();
  const std::vector<std::string>& left() const { return parts_; }

 private:
  std::string text_, name_;
  std::vector<std::string> parts_;
};

/// Registers of a kernel: declared registers, constants and special registers.
class RegisterFile {
 public:
  explicit RegisterFile(Kernel& kernel);
  void declare(const std::string& name, Type type);
  const Register* find(std::string_view name) const;
  /// Register whose 32 lanes hold `value`; equal constants share one.
  std::uint32_t constant(std::uint64_t value, int bits);
  /// %tid.x and other special registers; throws PtxError for an unsupported name.
  Register special(const std::string& name);
  /// Register that is never read, for the operand _.
  std::uint32_t sink();

 private:
  std::uint32_t add(int bits);

  Kernel& kernel_;
  std::map<std::pair<std::uint64_t, int>, std::uint32_t> constants_;
  std::uint32_t sink_ = 0;
};

struct Operand {
  enum class Kind { reg, value, sink, vector };
  Kind kind = Kind::value;
  Register reg;
  std::uint64_t value = 0;        ///< of a literal, or the address of a variable
  Space space = Space::generic;   ///< of the variable
  bool in_brackets = false;       ///< an address: [%rd1+16]
  std::int64_t displacement = 0;  ///< added to the address
  bool negated = false;           ///< !%p1
  std::vector<Operand> elements;  ///< of {%r1, %r2}
};

/// Fills an Instruction. Throws PtxError if the number or width of the operands does not match the opcode.
class Decoder {
 public:
  Decoder(Opcode opcode, std::vector<Operand> operands, RegisterFile& registers, Instruction& instruction)
      : opcode(std::move(opcode)), operands(std::move(operands)), i(instruction), registers_(registers) {}

  Opcode opcode;
  const std::vector<Operand> operands;
  Instruction& i;

  /// Binds all operands in order, as registers of these widths.
  void bind(std::initializer_list<int> bits);
  /// Binds the operand at `index` as the instruction's next and returns `bits`. A register must have `bits` bits; a
  /// literal gets them.
  int bind(std::size_t index, int bits);
  int width(std::size_t index, int of_a_literal) const;
  /// Binds {%r1, %r2} or one register as the instruction's next operands and sets i.elements.
  void bind_elements(std::size_t index, int bits);
  int element_width(std::size_t index, int of_a_literal) const;
  /// Binds the address [%rd1+16]: its register as the instruction's next operand, its displacement as i.immediate.
  void bind_address(std::size_t index);
  void expect_operands(std::size_t count) const;
  /// A predicate that is never read.
  std::uint32_t predicate_sink() { return registers_.sink(); }
  void takes_space();  ///< .global, .shared, ... into i.space

 private:
  int bind(const Operand&, int bits);
  RegisterFile& registers_;
};

[[noreturn]] inline void refuse(const std::string& why) {
  throw PtxError(why);
}

/// Operand kind that selects a decoder, by the opcode's last type; `any`: the opcode's name alone selects it.
enum class Operands { any, integers, floats, predicates };

/// Decoders by opcode name and operand kind; each file adds its family.
using Decoders = std::map<std::pair<std::string_view, Operands>, void (*)(Decoder&)>;
void add_integer_opcodes(Decoders&);
void add_float_opcodes(Decoders&);
void add_predicate_opcodes(Decoders&);
void add_conversion_opcodes(Decoders&);
void add_move_opcodes(Decoders&);
void add_memory_opcodes(Decoders&);
void add_async_copy_opcodes(Decoders&);
void add_warp_opcodes(Decoders&);
void add_tensor_core_opcodes(Decoders&);
void add_control_opcodes(Decoders&);

/// Decodes a statement: sets the instruction's handler and operands. Throws PtxError if the opcode or one of its parts
/// is not supported.
void decode(Decoder&);

}  // namespace gs::ptx
