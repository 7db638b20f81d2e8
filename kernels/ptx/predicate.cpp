// predicate.cpp - comparisons, selection, and predicate logic. A predicate is a mask of one bit per lane.
#include "kernels/ptx/decoder.h"
#include "kernels/ptx/for_type.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

/// Comparisons. The unordered ones, which end in u, are true if an operand is NaN.
enum class Compare : std::uint8_t { eq, ne, lt, le, gt, ge, equ, neu, ltu, leu, gtu, geu, num, nan };
constexpr std::string_view compare_names[] = {"eq",  "ne",  "lt",  "le",  "gt",  "ge",  "equ",
                                              "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};

template <class T, Compare c>
bool holds(T a, T b) {
  using enum Compare;
  if constexpr (c == eq) return a == b;
  if constexpr (c == ne) return a < b || a > b;
  if constexpr (c == lt) return a < b;
  if constexpr (c == le) return a <= b;
  if constexpr (c == gt) return a > b;
  if constexpr (c == ge) return a >= b;
  if constexpr (c == equ) return !(a < b || a > b);
  if constexpr (c == neu) return !(a == b);
  if constexpr (c == ltu) return !(a >= b);
  if constexpr (c == leu) return !(a > b);
  if constexpr (c == gtu) return !(a <= b);
  if constexpr (c == geu) return !(a < b);
  if constexpr (c == num) return a == a && b == b;
  return a != a || b != b;
}

void set_bits(std::uint32_t& predicate, std::uint32_t mask, std::uint32_t value) {
  predicate = (predicate & ~mask) | (value & mask);
}

template <class T, Compare c>
void set_predicate(Warp& w, const Instruction& i, std::uint32_t mask) {
  const T *const a = w.lanes<T>(i.operand[1]), *const b = w.lanes<T>(i.operand[2]);
  std::uint32_t result = 0;
  for (unsigned l = 0; l < 32; ++l) result |= std::uint32_t(holds<T, c>(a[l], b[l])) << l;
  set_bits(w.predicate(i.operand[0]), mask, result);
}

template <class T>
Handler comparison(Compare which) {
  using enum Compare;
  const auto one_of = [&]<Compare... c>() {
    Handler handler = nullptr;
    (void)((which == c && (handler = set_predicate<T, c>) != nullptr) || ...);
    return handler;
  };
  return one_of.template operator()<eq, ne, lt, le, gt, ge, equ, neu, ltu, leu, gtu, geu, num, nan>();
}

void decode_setp(Decoder& d) {
  int which = -1;
  for (int c = 0; c < int(std::size(compare_names)) && which < 0; ++c)
    if (d.opcode.take(compare_names[c])) which = c;
  if (which < 0) {  // lo, ls, hi, hs
    which = d.opcode.take_one_of({"lo", "ls", "hi", "hs"});
    if (which < 0) refuse("has no supported comparison");
    which += int(Compare::lt);
  }
  const Compare c = Compare(which);
  const Type type = d.opcode.take_type();
  d.bind({1, bits(type), bits(type)});
  d.i.run = for_number(type, [c]<class T>() { return comparison<T>(c); });
}

template <class T>
void select(Warp& w, const Instruction& i, std::uint32_t mask) {
  const T *const a = w.lanes<T>(i.operand[1]), *const b = w.lanes<T>(i.operand[2]);
  const std::uint32_t p = w.predicate(i.operand[3]);
  set_lanes(w.lanes<T>(i.operand[0]), mask, [=](unsigned l) { return (p >> l & 1) != 0 ? a[l] : b[l]; });
}
void decode_selp(Decoder& d) {
  const int b = bits(d.opcode.take_type());
  if (b < 16) refuse("is not supported for this type");
  d.bind({b, b, b, 1});
  if (d.i.negated) refuse("is not supported with a negated predicate");
  d.i.run = b == 16 ? select<std::uint16_t> : b == 32 ? select<std::uint32_t> : select<std::uint64_t>;
}

/// Bitwise logic on whole masks.
template <auto f>
void logic(Warp& w, const Instruction& i, std::uint32_t mask) {
  set_bits(w.predicate(i.operand[0]), mask, f(w.predicate(i.operand[1]), w.predicate(i.operand[i.operands - 1u])));
}
template <auto f, int arity>
void decode_logic(Decoder& d) {
  d.opcode.take_type();
  d.expect_operands(1 + arity);
  for (std::size_t j = 0; j <= arity; ++j) d.bind(j, 1);
  if (d.i.negated) refuse("is not supported with a negated predicate");
  d.i.run = logic<f>;
}
using Mask = std::uint32_t;

}  // namespace

void add_predicate_opcodes(Decoders& all) {
  using enum Operands;
  all[{"setp", any}] = decode_setp;
  all[{"selp", any}] = decode_selp;
  all[{"and", predicates}] = decode_logic<[](Mask a, Mask b) { return a & b; }, 2>;
  all[{"or", predicates}] = decode_logic<[](Mask a, Mask b) { return a | b; }, 2>;
  all[{"xor", predicates}] = decode_logic<[](Mask a, Mask b) { return a ^ b; }, 2>;
  all[{"not", predicates}] = decode_logic<[](Mask a, Mask) { return ~a; }, 1>;
  all[{"mov", predicates}] = decode_logic<[](Mask a, Mask) { return a; }, 1>;
}

}  // namespace gs::ptx
