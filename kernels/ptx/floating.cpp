// floating.cpp - float arithmetic. Instructions that PTX calls approximate are computed in double precision and rounded
// once, so they are at least as accurate as on any GPU.
#include "kernels/ptx/floating.h"

#include <type_traits>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

struct Add {
  template <class T>
  static T of(T a, T b) {
    return a + b;
  }
  static ExactSum exact(float a, float b, float) { return exact_sum(a, b); }
};
struct Sub {
  template <class T>
  static T of(T a, T b) {
    return a - b;
  }
  static ExactSum exact(float a, float b, float) { return exact_sum(a, -double(b)); }
};
struct Mul {
  template <class T>
  static T of(T a, T b) {
    return a * b;
  }
  static ExactSum exact(float a, float b, float) { return {double(a) * double(b), 0}; }  // exact: 48 bits
};
struct Fma {
  template <class T>
  static T of(T a, T b, T c) {
    return std::fma(a, b, c);
  }
  static ExactSum exact(float a, float b, float c) { return exact_sum(double(a) * double(b), c); }
};
struct Div {
  template <class T>
  static T of(T a, T b) {
    return a / b;
  }
};
struct Min {
  template <class T>
  static T of(T a, T b) {
    return lesser(a, b);
  }
};
struct Max {
  template <class T>
  static T of(T a, T b) {
    return greater(a, b);
  }
};
struct Neg {
  template <class T>
  static T of(T a) {
    return -a;
  }
};
struct Abs {
  template <class T>
  static T of(T a) {
    return std::abs(a);
  }
};
struct Reciprocal {
  template <class T>
  static T of(T a) {
    return 1 / a;
  }
};
struct SquareRoot {
  template <class T>
  static T of(T a) {
    return std::sqrt(a);
  }
};
struct ReciprocalSquareRoot {
  template <class T>
  static T of(T a) {
    return T(1 / std::sqrt(double(a)));
  }
};
struct Exp2 {
  template <class T>
  static T of(T a) {
    return T(std::exp2(double(a)));
  }
};
struct Log2 {
  template <class T>
  static T of(T a) {
    return T(std::log2(double(a)));
  }
};
struct Sine {
  template <class T>
  static T of(T a) {
    return T(std::sin(double(a)));
  }
};
struct Cosine {
  template <class T>
  static T of(T a) {
    return T(std::cos(double(a)));
  }
};
struct Tanh {
  template <class T>
  static T of(T a) {
    return T(std::tanh(double(a)));
  }
};

/// Result modifiers of an opcode: .rz, .ftz, .sat.
struct Result {
  Rounding rounding = Rounding::nearest;
  bool flushes = false, saturates = false;
  bool plain() const { return rounding == Rounding::nearest && !flushes && !saturates; }
  std::uint8_t mode() const { return std::uint8_t(int(rounding) | flushes << 2 | saturates << 3); }
  explicit Result(std::uint8_t mode)
      : rounding(Rounding(mode & 3)), flushes((mode & 4) != 0), saturates((mode & 8) != 0) {}
  explicit Result(Opcode& opcode) {
    const int which = opcode.take_one_of({"rn", "rz", "rm", "rp"});
    if (which > 0) rounding = Rounding(which);
    flushes = opcode.take("ftz");
    saturates = opcode.take("sat");
  }
};

/// Slow path: flushes, clamps, or rounds other than to nearest.
template <class Op, int arity>
void carefully(Warp& w, const Instruction& i, std::uint32_t mask) {
  const Result result(i.mode);
  float* const d = w.lanes<float>(i.operand[0]);
  const float* operand[3];
  for (int j = 0; j < 3; ++j) operand[j] = w.lanes<float>(i.operand[std::size_t(1 + std::min(j, arity - 1))]);
  for_lanes(mask, [&](unsigned l) {
    float x[3];
    for (int j = 0; j < 3; ++j) x[j] = result.flushes ? flushed(operand[j][l]) : operand[j][l];
    float value;
    if constexpr (requires { Op::exact(1.0f, 1.0f, 1.0f); })
      value = round_to_float(Op::exact(x[0], x[1], x[2]), result.rounding);
    else if constexpr (arity == 2)
      value = Op::of(x[0], x[1]);
    else
      value = Op::of(x[0]);
    // round_to_float() of a sum in double precision would round twice; a fused multiply-add rounds once.
    if constexpr (std::is_same_v<Op, Fma>)
      if (result.rounding == Rounding::nearest) value = Op::of(x[0], x[1], x[2]);
    if (result.flushes) value = flushed(value);
    d[l] = result.saturates ? saturated(value) : value;
  });
}

template <class Op, class T, int arity>
constexpr Handler plain_handler = [] {
  if constexpr (arity == 1)
    return unary<T, T, [](T a) { return Op::of(a); }>;
  else if constexpr (arity == 2)
    return binary<T, T, [](T a, T b) { return Op::of(a, b); }>;
  else
    return ternary<T, T, [](T a, T b, T c) { return Op::of(a, b, c); }>;
}();

template <class Op, int arity>
void decode_float(Decoder& d) {
  const Result result(d.opcode);
  d.opcode.take("approx");
  d.opcode.take("full");
  const Type type = d.opcode.take_type();
  d.expect_operands(1 + arity);
  for (std::size_t j = 0; j <= arity; ++j) d.bind(j, bits(type));
  d.i.mode = result.mode();
  if (result.rounding != Rounding::nearest && !requires { Op::exact(1.0f, 1.0f, 1.0f); })
    refuse("is not supported with this rounding");
  if (result.plain())
    d.i.run = type == Type::f32 ? plain_handler<Op, float, arity> : plain_handler<Op, double, arity>;
  else if (type == Type::f32)
    d.i.run = carefully<Op, arity>;
  else
    refuse("is supported rounded to the nearest only");
}

}  // namespace

void add_float_opcodes(Decoders& all) {
  using enum Operands;
  all[{"add", floats}] = decode_float<Add, 2>;
  all[{"sub", floats}] = decode_float<Sub, 2>;
  all[{"mul", floats}] = decode_float<Mul, 2>;
  all[{"fma", floats}] = decode_float<Fma, 3>;
  all[{"mad", floats}] = decode_float<Fma, 3>;
  all[{"div", floats}] = decode_float<Div, 2>;
  all[{"min", floats}] = decode_float<Min, 2>;
  all[{"max", floats}] = decode_float<Max, 2>;
  all[{"neg", floats}] = decode_float<Neg, 1>;
  all[{"abs", floats}] = decode_float<Abs, 1>;
  all[{"rcp", floats}] = decode_float<Reciprocal, 1>;
  all[{"sqrt", floats}] = decode_float<SquareRoot, 1>;
  all[{"rsqrt", floats}] = decode_float<ReciprocalSquareRoot, 1>;
  all[{"ex2", floats}] = decode_float<Exp2, 1>;
  all[{"lg2", floats}] = decode_float<Log2, 1>;
  all[{"sin", floats}] = decode_float<Sine, 1>;
  all[{"cos", floats}] = decode_float<Cosine, 1>;
  all[{"tanh", floats}] = decode_float<Tanh, 1>;
}

}  // namespace gs::ptx
