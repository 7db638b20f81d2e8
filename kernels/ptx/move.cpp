// move.cpp - mov, including packing and unpacking of vectors, and cvta, which converts addresses between spaces.
#include <cstring>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

template <class T>
void move(Warp& w, const Instruction& i, std::uint32_t mask) {
  const T* const a = w.lanes<T>(i.operand[1]);
  set_lanes(w.lanes<T>(i.operand[0]), mask, [=](unsigned l) { return a[l]; });
}

/// mov.b64 %rd1, {%r1, %r2}: the first element is the lowest; i.bytes is an element's size.
void join(Warp& w, const Instruction& i, std::uint32_t mask) {
  const std::size_t part = i.bytes, whole = part * i.elements;
  for_lanes(mask, [&](unsigned l) {
    for (std::size_t e = 0; e < i.elements; ++e)
      std::memcpy(w.lanes<std::byte>(i.operand[0]) + l * whole + e * part,
                  w.lanes<std::byte>(i.operand[1 + e]) + l * part, part);
  });
}
/// mov.b64 {%r1, %r2}, %rd1
void split(Warp& w, const Instruction& i, std::uint32_t mask) {
  const std::size_t part = i.bytes, whole = part * i.elements;
  for_lanes(mask, [&](unsigned l) {
    for (std::size_t e = 0; e < i.elements; ++e)
      std::memcpy(w.lanes<std::byte>(i.operand[e]) + l * part,
                  w.lanes<std::byte>(i.operand[i.elements]) + l * whole + e * part, part);
  });
}

void decode_mov(Decoder& d) {
  const int b = bits(d.opcode.take_type());
  d.expect_operands(2);
  const auto elements = [&](std::size_t index) {
    return d.operands[index].kind == Operand::Kind::vector ? int(d.operands[index].elements.size()) : 0;
  };
  if (const int parts = elements(1); parts > 0) {
    d.bind(0, b);
    d.bind_elements(1, b / parts);
    d.i.run = join;
  } else if (const int pieces = elements(0); pieces > 0) {
    d.bind_elements(0, b / pieces);
    d.bind(1, b);
    d.i.run = split;
  } else {
    d.bind({b, b});
    d.i.run = b == 16 ? move<std::uint16_t> : b == 32 ? move<std::uint32_t> : move<std::uint64_t>;
    return;
  }
  d.i.bytes = std::uint8_t(b / 8 / d.i.elements);
}

/// Generic address of the beginning of a space, for a lane.
std::uint64_t window(const Warp& w, Space space, unsigned lane) {
  switch (space) {
    case Space::shared:
      return std::uint64_t(w.block->shared);
    case Space::local:
      return std::uint64_t(w.local) + std::uint64_t(lane) * w.local_stride;
    case Space::param:
      return std::uint64_t(w.block->launch->parameters.data());
    default:
      return 0;
  }
}
template <int sign>
void shift_window(Warp& w, const Instruction& i, std::uint32_t mask) {
  const auto* const a = w.lanes<std::uint64_t>(i.operand[1]);
  auto* const d = w.lanes<std::uint64_t>(i.operand[0]);
  for_lanes(mask, [&](unsigned l) { d[l] = a[l] + std::uint64_t(sign) * window(w, i.space, l); });
}
void decode_cvta(Decoder& d) {
  const bool from_generic = d.opcode.take("to");
  d.takes_space();
  if (bits(d.opcode.take_type()) != 64) refuse("is supported for 64-bit addresses only");
  d.bind({64, 64});
  d.i.run = d.i.space == Space::global ? move<std::uint64_t> : from_generic ? shift_window<-1> : shift_window<1>;
}

}  // namespace

void add_move_opcodes(Decoders& all) {
  all[{"mov", Operands::integers}] = all[{"mov", Operands::floats}] = decode_mov;
  all[{"cvta", Operands::any}] = decode_cvta;
}

}  // namespace gs::ptx
