// integer.cpp - wrapping integer arithmetic, and bit operations.
#include <type_traits>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/for_type.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

template <class T>
using Unsigned = std::conditional_t<(sizeof(T) < 4), std::uint32_t, std::make_unsigned_t<T>>;  // not promoted to int
template <class T>
struct TwiceOf;
template <>
struct TwiceOf<std::int16_t> {
  using type = std::int32_t;
};
template <>
struct TwiceOf<std::uint16_t> {
  using type = std::uint32_t;
};
template <>
struct TwiceOf<std::int32_t> {
  using type = std::int64_t;
};
template <>
struct TwiceOf<std::uint32_t> {
  using type = std::uint64_t;
};
template <>
struct TwiceOf<std::int64_t> {
  using type = __int128;
};
template <>
struct TwiceOf<std::uint64_t> {
  using type = unsigned __int128;
};
template <class T>
using Twice = typename TwiceOf<T>::type;

struct Add {
  template <class T>
  static T of(T a, T b) {
    return T(Unsigned<T>(a) + Unsigned<T>(b));
  }
};
struct Sub {
  template <class T>
  static T of(T a, T b) {
    return T(Unsigned<T>(a) - Unsigned<T>(b));
  }
};
struct MulLo {
  template <class T>
  static T of(T a, T b) {
    return T(Unsigned<T>(a) * Unsigned<T>(b));
  }
};
struct MulHi {
  template <class T>
  static T of(T a, T b) {
    return T((Twice<T>(a) * Twice<T>(b)) >> (8 * sizeof(T)));
  }
};
// PTX leaves division by zero unspecified; NVIDIA's GPUs return all ones.
struct Div {
  template <class T>
  static T of(T a, T b) {
    if (b == 0) return T(-1);
    if (std::is_signed_v<T> && b == T(-1)) return Sub::of(T(0), a);
    return T(a / b);
  }
};
struct Rem {
  template <class T>
  static T of(T a, T b) {
    if (b == 0) return a;
    if (std::is_signed_v<T> && b == T(-1)) return T(0);
    return T(a % b);
  }
};
struct Min {
  template <class T>
  static T of(T a, T b) {
    return b < a ? b : a;
  }
};
struct Max {
  template <class T>
  static T of(T a, T b) {
    return a < b ? b : a;
  }
};
struct And {
  template <class T>
  static T of(T a, T b) {
    return T(a & b);
  }
};
struct Or {
  template <class T>
  static T of(T a, T b) {
    return T(a | b);
  }
};
struct Xor {
  template <class T>
  static T of(T a, T b) {
    return T(a ^ b);
  }
};
struct Not {
  template <class T>
  static T of(T a) {
    return T(~a);
  }
};
struct Neg {
  template <class T>
  static T of(T a) {
    return Sub::of(T(0), a);
  }
};
struct Abs {
  template <class T>
  static T of(T a) {
    return a < 0 ? Sub::of(T(0), a) : a;
  }
};
// A shift by the width or more gives 0, or -1 for a negative number shifted right.
struct Shl {
  template <class T>
  static T of(T a, std::uint32_t by) {
    return by >= 8 * sizeof(T) ? T(0) : T(Unsigned<T>(a) << by);
  }
};
struct Shr {
  template <class T>
  static T of(T a, std::uint32_t by) {
    return by >= 8 * sizeof(T) ? T(a < 0 ? -1 : 0) : T(a >> by);
  }
};

template <class Op, class T>
constexpr Handler unary_of = unary<T, T, [](T a) { return Op::of(a); }>;
template <class Op, class T>
constexpr Handler binary_of = binary<T, T, [](T a, T b) { return Op::of(a, b); }>;
template <class Op, class T>
constexpr Handler shift_of = binary<T, T, [](T a, std::uint32_t by) { return Op::of(a, by); }, std::uint32_t>;

template <class Op>
Handler unary_handler(Type type) {
  return for_integer(type, []<class T>() { return unary_of<Op, T>; });
}
template <class Op>
Handler binary_handler(Type type) {
  return for_integer(type, []<class T>() { return binary_of<Op, T>; });
}

template <class Op>
void decode_binary(Decoder& d) {
  const Type type = d.opcode.take_type();
  const int b = bits(type);
  d.bind({b, b, b});
  d.i.run = binary_handler<Op>(type);
}
template <class Op>
void decode_unary(Decoder& d) {
  const Type type = d.opcode.take_type();
  d.bind({bits(type), bits(type)});
  d.i.run = unary_handler<Op>(type);
}
template <class Op>
void decode_shift(Decoder& d) {
  const Type type = d.opcode.take_type();
  d.bind({bits(type), bits(type), 32});
  d.i.run = for_integer(type, []<class T>() { return shift_of<Op, T>; });
}

/// mul.wide and mad.wide: factors of 16 or 32 bits.
template <class Make>
Handler for_factor(Type type, Make&& make) {
  if (bits(type) == 64) refuse("has no result that is twice as wide");
  return for_integer(type, [&]<class T>() -> Handler {
    if constexpr (sizeof(T) < 8)
      return make.template operator()<T, Twice<T>>();
    else
      return nullptr;
  });
}

void decode_mul(Decoder& d) {
  const int which = d.opcode.take_one_of({"lo", "hi", "wide"});
  const Type type = d.opcode.take_type();
  const int b = bits(type);
  if (which == 2) {
    d.bind({2 * b, b, b});
    d.i.run = for_factor(
        type, []<class T, class W>() -> Handler { return binary<W, T, [](T x, T y) { return W(W(x) * W(y)); }>; });
  } else {
    d.bind({b, b, b});
    d.i.run = which == 1 ? binary_handler<MulHi>(type) : binary_handler<MulLo>(type);
  }
}

void decode_mad(Decoder& d) {
  const int which = d.opcode.take_one_of({"lo", "wide"});
  const Type type = d.opcode.take_type();
  const int b = bits(type);
  if (which == 0) {
    d.bind({b, b, b, b});
    d.i.run = for_integer(type, []<class T>() -> Handler {
      return ternary<T, T, [](T x, T y, T z) { return Add::of(MulLo::of(x, y), z); }>;
    });
  } else {
    if (which < 0) refuse("is supported with .lo and .wide only");
    d.bind({2 * b, b, b, 2 * b});
    d.i.run = for_factor(type, []<class T, class W>() -> Handler {
      return ternary<W, T, [](T x, T y, W z) { return Add::of(W(W(x) * W(y)), z); }, W>;
    });
  }
}

/// b with the lowest `length` bits of a inserted at `position`.
std::uint64_t inserted(std::uint64_t a, std::uint64_t b, std::uint32_t position, std::uint32_t length) {
  position &= 0xff, length &= 0xff;
  if (position >= 64 || length == 0) return b;
  const std::uint64_t ones = (length >= 64 ? ~std::uint64_t(0) : (std::uint64_t(1) << length) - 1) << position;
  return (b & ~ones) | (a << position & ones);
}
void insert_bits(Warp& w, const Instruction& i, std::uint32_t mask) {
  const auto *a = w.lanes<std::uint64_t>(i.operand[1]), *b = w.lanes<std::uint64_t>(i.operand[2]);
  const auto *position = w.lanes<std::uint32_t>(i.operand[3]), *length = w.lanes<std::uint32_t>(i.operand[4]);
  set_lanes(w.lanes<std::uint64_t>(i.operand[0]), mask,
            [=](unsigned l) { return inserted(a[l], b[l], position[l], length[l]); });
}
void decode_bfi(Decoder& d) {
  if (d.opcode.take_type() != Type::b64) refuse("is supported for .b64 only");
  d.bind({64, 64, 64, 32, 32});
  d.i.run = insert_bits;
}

/// Four of the eight bytes of b and a, chosen by the four lowest hexadecimal digits of `which`: byte 0 to 7, a's first;
/// 8 more: eight copies of its sign.
std::uint32_t permuted(std::uint32_t a, std::uint32_t b, std::uint32_t which) {
  const std::uint64_t bytes = std::uint64_t(b) << 32 | a;
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 4; ++i, which >>= 4) {
    const auto byte = std::uint32_t(bytes >> 8 * (which & 7) & 0xff);
    result |= ((which & 8) == 0 ? byte : byte < 0x80 ? 0 : 0xff) << 8 * i;
  }
  return result;
}
void decode_prmt(Decoder& d) {
  if (d.opcode.take_type() != Type::b32) refuse("is supported for .b32 only");
  d.bind({32, 32, 32, 32});
  d.i.run = ternary<std::uint32_t, std::uint32_t, permuted>;
}

}  // namespace

void add_integer_opcodes(Decoders& all) {
  using enum Operands;
  all[{"add", integers}] = decode_binary<Add>;
  all[{"sub", integers}] = decode_binary<Sub>;
  all[{"mul", integers}] = decode_mul;
  all[{"mad", integers}] = decode_mad;
  all[{"div", integers}] = decode_binary<Div>;
  all[{"rem", integers}] = decode_binary<Rem>;
  all[{"min", integers}] = decode_binary<Min>;
  all[{"max", integers}] = decode_binary<Max>;
  all[{"neg", integers}] = decode_unary<Neg>;
  all[{"abs", integers}] = decode_unary<Abs>;
  all[{"and", integers}] = decode_binary<And>;
  all[{"or", integers}] = decode_binary<Or>;
  all[{"xor", integers}] = decode_binary<Xor>;
  all[{"not", integers}] = decode_unary<Not>;
  all[{"shl", integers}] = decode_shift<Shl>;
  all[{"shr", integers}] = decode_shift<Shr>;
  all[{"bfi", integers}] = decode_bfi;
  all[{"prmt", integers}] = decode_prmt;
}

}  // namespace gs::ptx
