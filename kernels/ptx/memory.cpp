// memory.cpp - loads, stores, and the atomic function that kernels use. The cache modifiers .nc and .volatile have no
// effect here.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels/ptx/address.h"
#include "kernels/ptx/decoder.h"
#include "kernels/ptx/for_type.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

/// Loads T into a register of type R, sign- or zero-extended.
template <class T, class R>
void load(Warp& w, const Instruction& i, std::uint32_t mask) {
  const Addresses at =
      checked_addresses(w, i, mask, address_operand(i, i.elements), unsigned(sizeof(T)) * i.elements, Access::read);
  for (std::size_t e = 0; e < i.elements; ++e) {
    R* const d = w.lanes<R>(i.operand[e]);
    for_lanes(mask, [&](unsigned l) {
      T value;
      std::memcpy(&value, at.of[l] + e * sizeof(T), sizeof(T));
      d[l] = R(value);
    });
  }
}
template <class T, class R>
void store(Warp& w, const Instruction& i, std::uint32_t mask) {
  const Addresses at =
      checked_addresses(w, i, mask, address_operand(i, 0), unsigned(sizeof(T)) * i.elements, Access::write);
  for (std::size_t e = 0; e < i.elements; ++e) {
    const R* const s = w.lanes<R>(i.operand[1 + e]);
    for_lanes(mask, [&](unsigned l) {
      const T value = T(s[l]);
      std::memcpy(at.of[l] + e * sizeof(T), &value, sizeof(T));
    });
  }
}

template <bool is_load, class T>
Handler access_of(int register_bits) {
  constexpr bool sign = std::is_signed_v<T>;
  const auto with = []<class R>() -> Handler {
    if constexpr (sizeof(R) < sizeof(T))
      refuse("has a register that is too narrow");
    else if constexpr (is_load)
      return load<T, R>;
    else
      return store<T, R>;
  };
  switch (register_bits) {
    case 16:
      return with.template operator()<std::conditional_t<sign, std::int16_t, std::uint16_t>>();
    case 32:
      return with.template operator()<std::conditional_t<sign, std::int32_t, std::uint32_t>>();
    case 64:
      return with.template operator()<std::conditional_t<sign, std::int64_t, std::uint64_t>>();
    default:
      refuse("is not supported for a register of this width");
  }
}
template <bool is_load>
Handler access(Type type, int register_bits) {
  const Type stored = type == Type::f32 ? Type::b32 : type == Type::f64 ? Type::b64 : type;  // bits are copied
  return for_number_or_byte(stored, [=]<class T>() -> Handler {
    if constexpr (std::is_integral_v<T>)
      return access_of<is_load, T>(register_bits);
    else
      return nullptr;  // unreachable: `stored` is an integer
  });
}

template <bool is_load>
void decode_access(Decoder& d) {
  d.opcode.take_one_of({"nc", "volatile"});
  d.takes_space();
  const int vector = d.opcode.take_one_of({"v2", "v4"});
  const Type type = d.opcode.take_type();
  d.expect_operands(2);
  const std::size_t data = is_load ? 0 : 1;
  const int register_bits = d.element_width(data, std::max(16, bits(type)));
  if (is_load) {
    d.bind_elements(0, register_bits);
    d.bind_address(1);
  } else {
    d.bind_address(0);
    d.bind_elements(1, register_bits);
  }
  const bool is_vector = d.operands[data].kind == Operand::Kind::vector;
  if (is_vector != (vector >= 0) || d.i.elements != (vector < 0 ? 1 : vector == 0 ? 2 : 4))
    refuse("has the wrong number of registers for its vector");
  if (d.operands[1 - data].space == Space::call_param) d.i.space = Space::call_param;
  if (!is_load && (d.i.space == Space::param || d.i.space == Space::constant)) refuse("writes constant memory");
  d.i.run = access<is_load>(type, register_bits);
}

/// atom.global.inc.u32 d, [a], last: d = the old value; the new one is 0 after `last`, else one more. Blocks run
/// concurrently, so it is atomic, and orders what it counts.
void count_up(Warp& w, const Instruction& i, std::uint32_t mask) {
  const AddressOperand address = address_operand(i, 1);
  checked_addresses(w, i, mask, address, sizeof(std::uint32_t), Access::read);
  const Addresses at = checked_addresses(w, i, mask, address, sizeof(std::uint32_t), Access::write);
  auto* const d = w.lanes<std::uint32_t>(i.operand[0]);
  const auto* const last = w.lanes<std::uint32_t>(i.operand[2]);
  for_lanes(mask, [&](unsigned l) {
    auto* const counter = reinterpret_cast<std::uint32_t*>(at.of[l]);
    std::uint32_t old = __atomic_load_n(counter, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(counter, &old, old >= last[l] ? 0 : old + 1, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED)) {
    }
    d[l] = old;
  });
}
void decode_atom(Decoder& d) {
  d.takes_space();
  if (d.i.space != Space::global) refuse("is supported for global memory only");
  if (!d.opcode.take("inc")) refuse("is supported as atom.inc only");
  if (d.opcode.take_type() != Type::u32) refuse("is supported for .u32 only");
  d.expect_operands(3);
  d.bind(0, 32);
  d.bind_address(1);
  d.bind(2, 32);
  d.i.run = count_up;
}

}  // namespace

void add_memory_opcodes(Decoders& all) {
  all[{"ld", Operands::any}] = decode_access<true>;
  all[{"st", Operands::any}] = decode_access<false>;
  all[{"atom", Operands::any}] = decode_atom;
}

}  // namespace gs::ptx
