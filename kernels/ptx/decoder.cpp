// decoder.cpp - splits opcodes and binds operands to registers.
#include "kernels/ptx/decoder.h"

#include <algorithm>

#include "kernels/ptx/latency.h"

namespace gs::ptx {

Type type_named(std::string_view name) {
  using enum Type;
  static const std::map<std::string_view, Type> types = {
      {"pred", pred}, {"b8", b8},   {"u8", u8},   {"s8", s8},   {"b16", b16}, {"u16", u16},
      {"s16", s16},   {"b32", b32}, {"u32", u32}, {"s32", s32}, {"f32", f32}, {"bf16", bf16},
      {"tf32", tf32}, {"b64", b64}, {"u64", u64}, {"s64", s64}, {"f64", f64}};
  const auto at = types.find(name);
  return at == types.end() ? none : at->second;
}

// --- Opcode

Opcode::Opcode(std::string text) : text_(std::move(text)) {
  for (std::size_t begin = 0; begin <= text_.size();) {
    const std::size_t end = std::min(text_.find('.', begin), text_.size());
    parts_.push_back(text_.substr(begin, end - begin));
    begin = end + 1;
  }
  name_ = parts_.front();
  parts_.erase(parts_.begin());
}

bool Opcode::take(std::string_view part) {
  const auto at = std::find(parts_.begin(), parts_.end(), part);
  if (at == parts_.end()) return false;
  parts_.erase(at);
  return true;
}

int Opcode::take_one_of(std::initializer_list<std::string_view> parts) {
  int index = 0;
  for (const std::string_view part : parts) {
    if (take(part)) return index;
    ++index;
  }
  return -1;
}

Type Opcode::take_type() {
  const auto at =
      std::find_if(parts_.begin(), parts_.end(), [](const auto& part) { return type_named(part) != Type::none; });
  if (at == parts_.end()) refuse("has no supported type");
  const Type type = type_named(*at);
  parts_.erase(at);
  return type;
}

// --- RegisterFile

namespace {
constexpr std::uint32_t line_bytes = 64;  // alignment of lane arrays: a vector register
std::uint32_t bytes_of_lanes(int bits) {
  return bits == 1 ? 4 : 32 * std::uint32_t(std::max(bits, 16)) / 8;
}
}  // namespace

RegisterFile::RegisterFile(Kernel& kernel) : kernel_(kernel) {
  kernel_.register_bytes = line_bytes;  // offset 0 means none
}

std::uint32_t RegisterFile::add(int bits) {
  std::uint32_t& end = kernel_.register_bytes;
  if (bits != 1) end = (end + line_bytes - 1) / line_bytes * line_bytes;
  const std::uint32_t offset = end;
  end += bytes_of_lanes(bits);
  return offset;
}

void RegisterFile::declare(const std::string& name, Type type) {
  kernel_.registers[name] = {add(bits(type)), type};
}

const Register* RegisterFile::find(std::string_view name) const {
  const auto at = kernel_.registers.find(name);
  return at == kernel_.registers.end() ? nullptr : &at->second;
}

std::uint32_t RegisterFile::constant(std::uint64_t value, int bits) {
  if (bits < 64) value &= (std::uint64_t(1) << bits) - 1;
  const auto [at, added] = constants_.try_emplace({value, bits}, 0);
  if (added) {
    at->second = add(bits);
    kernel_.constants.push_back({at->second, value, bits});
  }
  return at->second;
}

Register RegisterFile::special(const std::string& name) {
  using enum Special;
  static const std::map<std::string_view, Special> names = {{"%tid.x", tid_x},
                                                            {"%tid.y", tid_y},
                                                            {"%tid.z", tid_z},
                                                            {"%ntid.x", ntid_x},
                                                            {"%ntid.y", ntid_y},
                                                            {"%ntid.z", ntid_z},
                                                            {"%ctaid.x", ctaid_x},
                                                            {"%ctaid.y", ctaid_y},
                                                            {"%ctaid.z", ctaid_z},
                                                            {"%nctaid.x", nctaid_x},
                                                            {"%nctaid.y", nctaid_y},
                                                            {"%nctaid.z", nctaid_z},
                                                            {"%laneid", laneid},
                                                            {"%lanemask_lt", lanemask_lt},
                                                            {"%lanemask_le", lanemask_le},
                                                            {"%lanemask_gt", lanemask_gt},
                                                            {"%lanemask_ge", lanemask_ge},
                                                            {"%lanemask_eq", lanemask_eq},
                                                            {"%dynamic_smem_size", dynamic_smem_size}};
  const auto which = names.find(name);
  if (which == names.end()) refuse("the register " + name + " is not supported");
  declare(name, Type::u32);
  kernel_.specials.push_back({kernel_.registers[name].offset, which->second});
  return kernel_.registers[name];
}

std::uint32_t RegisterFile::sink() {
  if (sink_ == 0) sink_ = add(64);
  return sink_;
}

// --- Decoder

int Decoder::width(std::size_t index, int of_a_literal) const {
  if (index >= operands.size()) refuse("has too few operands");
  return operands[index].kind == Operand::Kind::reg ? bits(operands[index].reg.type) : of_a_literal;
}

int Decoder::bind(const Operand& operand, int wanted) {
  if (operand.in_brackets || operand.kind == Operand::Kind::vector) refuse("has an operand of the wrong kind");
  if (i.operands == i.operand.size()) refuse("has too many operands");
  std::uint32_t& offset = i.operand[i.operands++];
  if (operand.negated) {
    if (wanted != 1) refuse("negates an operand that is not a predicate");
    i.negated = true;
  }
  switch (operand.kind) {
    case Operand::Kind::reg:
      if (bits(operand.reg.type) != wanted)
        refuse("operand " + std::to_string(i.operands) + " has " + std::to_string(bits(operand.reg.type)) +
               " bits, not " + std::to_string(wanted));
      offset = operand.reg.offset;
      break;
    case Operand::Kind::value:
      offset = registers_.constant(operand.value, wanted);
      break;
    default:
      offset = registers_.sink();
  }
  return wanted;
}

int Decoder::bind(std::size_t index, int wanted) {
  if (index >= operands.size()) refuse("has too few operands");
  return bind(operands[index], wanted);
}

void Decoder::expect_operands(std::size_t count) const {
  if (operands.size() != count)
    refuse("has " + std::to_string(operands.size()) + " operands, not " + std::to_string(count));
}

void Decoder::bind(std::initializer_list<int> widths) {
  expect_operands(widths.size());
  std::size_t index = 0;
  for (const int wanted : widths) bind(index++, wanted);
}

int Decoder::element_width(std::size_t index, int of_a_literal) const {
  if (index >= operands.size()) refuse("has too few operands");
  if (operands[index].kind != Operand::Kind::vector) return width(index, of_a_literal);
  for (const Operand& element : operands[index].elements)
    if (element.kind == Operand::Kind::reg) return bits(element.reg.type);
  return of_a_literal;
}

void Decoder::bind_elements(std::size_t index, int wanted) {
  if (index >= operands.size()) refuse("has too few operands");
  const Operand& operand = operands[index];
  if (operand.kind != Operand::Kind::vector) {
    bind(operand, wanted);
    i.elements = 1;
    return;
  }
  for (const Operand& element : operand.elements) bind(element, wanted);
  i.elements = std::uint8_t(operand.elements.size());
}

void Decoder::bind_address(std::size_t index) {
  if (index >= operands.size() || !operands[index].in_brackets) refuse("has no address operand");
  Operand base = operands[index];
  base.in_brackets = false;
  const int address_bits = base.kind == Operand::Kind::reg ? bits(base.reg.type) : 64;
  if (address_bits != 32 && address_bits != 64) refuse("has an address of " + std::to_string(address_bits) + " bits");
  i.wide_address = address_bits == 64;
  i.immediate = base.displacement;
  bind(base, address_bits);
}

void Decoder::takes_space() {
  constexpr Space spaces[] = {Space::global, Space::constant, Space::shared, Space::shared, Space::local, Space::param};
  const int which = opcode.take_one_of({"global", "const", "shared", "shared::cta", "local", "param"});
  i.space = which < 0 ? Space::generic : spaces[which];
}

namespace {

/// Number of operands that the instruction writes; they come first.
std::uint8_t results_of(const Decoder& d) {
  if (!has_result(d.opcode.name()) || d.operands.empty()) return 0;
  if (d.opcode.name() == "shfl") return 2;  // also whether the lane is in range
  return d.operands[0].kind == Operand::Kind::vector ? std::uint8_t(d.operands[0].elements.size()) : 1;
}

Operands operands_of(const Opcode& opcode) {
  Type last = Type::none;
  for (const std::string& part : opcode.left())
    if (const Type type = type_named(part); type != Type::none) last = type;
  return last == Type::pred ? Operands::predicates : is_float(last) ? Operands::floats : Operands::integers;
}

}  // namespace

void decode(Decoder& d) {
  static const Decoders decoders = [] {
    Decoders all;
    for (const auto add :
         {add_integer_opcodes, add_float_opcodes, add_predicate_opcodes, add_conversion_opcodes, add_move_opcodes,
          add_memory_opcodes, add_async_copy_opcodes, add_warp_opcodes, add_tensor_core_opcodes, add_control_opcodes})
      add(all);
    return all;
  }();
  auto found = decoders.find({d.opcode.name(), Operands::any});
  if (found == decoders.end()) found = decoders.find({d.opcode.name(), operands_of(d.opcode)});
  if (found == decoders.end()) refuse("is not supported");
  found->second(d);
  d.i.results = results_of(d);
  d.i.latency = latency_of(d.opcode.name(), d.i.space);
  if (!d.opcode.left().empty()) refuse("'." + d.opcode.left().front() + "' is not supported");
}

}  // namespace gs::ptx
