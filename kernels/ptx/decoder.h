// decoder.h - a statement of PTX on its way to an Instruction: its opcode, taken apart, and its operands.
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::ptx {

/// "ld.global.nc.v2.f32", taken apart at its dots. A decoder takes the parts that it understands; an instruction of
/// which a part is left is refused.
class Opcode {
 public:
  explicit Opcode(std::string text);

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  bool take(std::string_view part);
  /// The place in the list of the part that is there; -1: none is.
  int take_one_of(std::initializer_list<std::string_view> parts);
  /// The first type that is left; throws where there is none.
  Type take_type();
  const std::vector<std::string>& left() const { return parts_; }

 private:
  std::string text_, name_;
  std::vector<std::string> parts_;
};

/// The registers of a kernel: declared ones, and those that hold constants and special values.
class RegisterFile {
 public:
  explicit RegisterFile(Kernel& kernel);
  void declare(const std::string& name, Type type);
  const Register* find(std::string_view name) const;
  /// One whose 32 lanes hold the value.
  std::uint32_t constant(std::uint64_t value, int bits);
  /// %tid.x and the like; throws for a name that is not known.
  Register special(const std::string& name);
  /// A register that is never read: the operand _.
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
  std::int64_t displacement = 0;  ///< what is added to it
  bool negated = false;           ///< !%p1
  std::vector<Operand> elements;  ///< of {%r1, %r2}
};

/// Fills an Instruction. Throws PtxError when operands are not as many or as wide as the opcode wants.
class Decoder {
 public:
  Decoder(Opcode opcode, std::vector<Operand> operands, RegisterFile& registers, Instruction& instruction)
      : opcode(std::move(opcode)), operands(std::move(operands)), i(instruction), registers_(registers) {}

  Opcode opcode;
  const std::vector<Operand> operands;
  Instruction& i;

  /// All operands, in their order, as registers of these widths.
  void bind(std::initializer_list<int> bits);
  /// The operand at `index` as the instruction's next: of any width, which is returned, or of `bits`. What has no width
  /// of its own, a literal, gets `bits`.
  int bind(std::size_t index, int bits);
  int width(std::size_t index, int of_a_literal) const;
  /// {%r1, %r2}, or one register, as the instruction's next; i.elements says how many.
  void bind_elements(std::size_t index, int bits);
  int element_width(std::size_t index, int of_a_literal) const;
  /// [%rd1+16] as the instruction's next.
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

/// The kind of an opcode's operands, by its last type; `any` if the opcode alone decides.
enum class Operands { any, integers, floats, predicates };

/// The decoders, a family of them from each file.
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

/// Finds the handler of a statement and what it needs. Throws PtxError that names the opcode where it is not supported.
void decode(Decoder&);

}  // namespace gs::ptx
