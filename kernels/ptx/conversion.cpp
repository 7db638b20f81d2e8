// conversion.cpp - cvt: between integers and floats of all widths, and to bf16 and tf32.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/floating.h"
#include "kernels/ptx/for_type.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

/// Rounding to an integral value: none, to the nearest even, to zero, down, up.
enum class Integral : std::uint8_t { none, nearest, zero, down, up };
template <class T>
T integral(T x, Integral rounding) {
  switch (rounding) {
    case Integral::none:
      return x;
    case Integral::nearest:
      return std::nearbyint(x);
    case Integral::zero:
      return std::trunc(x);
    case Integral::down:
      return std::floor(x);
    case Integral::up:
      return std::ceil(x);
  }
  return x;
}

struct Mode {
  Integral integral;
  bool flushes, saturates;
  explicit Mode(std::uint8_t mode)
      : integral(Integral(mode & 7)), flushes((mode & 8) != 0), saturates((mode & 16) != 0) {}
};

/// Saturates to D's range. NaN becomes 0 or, if the source or the result has 64 bits, the result's highest bit.
template <class D, class S>
D to_integer(S x) {
  constexpr bool of_64_bits = sizeof(D) == 8 || sizeof(S) == 8;
  if (x != x) return of_64_bits ? D(std::uint64_t(1) << (8 * sizeof(D) - 1)) : D(0);
  if (x <= S(std::numeric_limits<D>::min())) return std::numeric_limits<D>::min();
  if (x >= S(std::numeric_limits<D>::max())) return std::numeric_limits<D>::max();
  return D(x);
}

template <class D, class S>
D converted(S x, Mode mode) {
  if constexpr (std::is_floating_point_v<S>) {
    if constexpr (std::is_same_v<S, float>)
      if (mode.flushes) x = flushed(x);
    if constexpr (std::is_integral_v<D>) {
      return to_integer<D>(integral(x, mode.integral));
    } else {
      D d = D(integral(x, mode.integral));
      if constexpr (std::is_same_v<D, float>) {
        if (mode.flushes) d = flushed(d);
        if (mode.saturates) d = saturated(d);
      }
      return d;
    }
  } else {
    return D(x);  // integers wrap; a float result rounds to nearest even
  }
}

/// Register type of T: 8-bit values occupy 16-bit registers.
template <class T>
using RegisterOf =
    std::conditional_t<sizeof(T) == 1, std::conditional_t<std::is_signed_v<T>, std::int16_t, std::uint16_t>, T>;

/// For a source in a wider register: its low bits are converted. i.bytes is the register's size.
template <class D, class S>
void convert_lower(Warp& w, const Instruction& i, std::uint32_t mask) {
  const Mode mode(i.mode);
  const std::byte* const s = w.lanes<std::byte>(i.operand[1]);
  auto* const d = w.lanes<RegisterOf<D>>(i.operand[0]);
  for_lanes(mask, [&](unsigned l) {
    S value;
    std::memcpy(&value, s + l * i.bytes, sizeof value);
    d[l] = RegisterOf<D>(converted<D>(value, mode));
  });
}
template <class D, class S>
void convert(Warp& w, const Instruction& i, std::uint32_t mask) {
  const Mode mode(i.mode);
  const auto* const s = w.lanes<RegisterOf<S>>(i.operand[1]);
  set_lanes(w.lanes<RegisterOf<D>>(i.operand[0]), mask,
            [=](unsigned l) { return RegisterOf<D>(converted<D>(S(s[l]), mode)); });
}

/// bf16, to nearest even; NaN is 0x7fff.
void to_bf16(Warp& w, const Instruction& i, std::uint32_t mask) {
  const std::uint32_t* const x = w.lanes<std::uint32_t>(i.operand[1]);
  set_lanes(w.lanes<std::uint16_t>(i.operand[0]), mask, [=](unsigned l) {
    const bool nan = (x[l] & 0x7fffffffu) > 0x7f800000u;
    const std::uint32_t rounded = (x[l] + 0x7fffu + (x[l] >> 16 & 1u)) >> 16;
    return std::uint16_t(nan ? 0x7fffu : rounded);
  });
}
/// tf32, to nearest, halves away from zero; NaN is 0x7fffffff.
void to_tf32(Warp& w, const Instruction& i, std::uint32_t mask) {
  const std::uint32_t* const x = w.lanes<std::uint32_t>(i.operand[1]);
  set_lanes(w.lanes<std::uint32_t>(i.operand[0]), mask, [=](unsigned l) {
    const std::uint32_t magnitude = x[l] & 0x7fffffffu;
    const std::uint32_t finite = (x[l] + 0x1000u) & ~std::uint32_t(0x1fff);
    return magnitude > 0x7f800000u ? 0x7fffffffu : magnitude == 0x7f800000u ? x[l] : finite;
  });
}

void decode_cvt(Decoder& d) {
  const int to_integral = d.opcode.take_one_of({"rni", "rzi", "rmi", "rpi"});
  const bool nearest = d.opcode.take("rn"), nearest_away = d.opcode.take("rna");
  const bool flushes = d.opcode.take("ftz"), saturates = d.opcode.take("sat");
  const Type to = d.opcode.take_type(), from = d.opcode.take_type();
  if (to == Type::bf16 || to == Type::tf32) {
    const bool bf16 = to == Type::bf16;
    if (from != Type::f32 || flushes || saturates || to_integral >= 0 || (bf16 ? !nearest : !nearest_away))
      refuse("is not supported with this source or rounding");
    d.bind({bits(to), 32});
    d.i.run = bf16 ? to_bf16 : to_tf32;
    return;
  }
  if (saturates && (to != Type::f32 || !is_float(from))) refuse("saturates floats only");
  if (nearest_away || from == Type::bf16 || from == Type::tf32) refuse("is not supported for this source or rounding");
  if (is_float(from) && !is_float(to) && to_integral < 0) refuse("needs a rounding to an integer");
  const int narrowest = std::max(16, bits(from)), from_bits = d.width(1, narrowest);
  const bool wider = from_bits > narrowest && !is_float(from);
  d.bind({std::max(16, bits(to)), wider ? from_bits : narrowest});
  d.i.bytes = std::uint8_t(from_bits / 8);
  d.i.mode = std::uint8_t(int(to_integral + 1) | int(flushes) << 3 | int(saturates) << 4);
  d.i.run = for_number_or_byte(to, [&]<class D>() -> Handler {
    return for_number_or_byte(from, [&]<class S>() -> Handler { return wider ? convert_lower<D, S> : convert<D, S>; });
  });
}

}  // namespace

void add_conversion_opcodes(Decoders& all) {
  all[{"cvt", Operands::any}] = decode_cvt;
}

}  // namespace gs::ptx
