// Integer instructions against the same arithmetic on 128 bits, at the edges of each type.
#include <limits>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Wide = __int128;

template <class T>
class Integers : public ::testing::Test {
 public:
  static std::string type() { return (std::is_signed_v<T> ? "s" : "u") + std::to_string(8 * sizeof(T)); }
  static std::string untyped() { return "b" + std::to_string(8 * sizeof(T)); }
  static std::vector<T> edges() {
    using L = std::numeric_limits<T>;
    return {T(0), T(1), T(2), T(7), T(-1), T(-2), T(-7), L::min(), T(L::min() + 1), L::max(), T(L::max() - 1), T(0x5a)};
  }
  /// Checks "opcode d, a, b" for all pairs of edges.
  template <class D = T, class Expected>
  static void check(const std::string& opcode, Expected&& expected) {
    std::vector<T> a, b;
    for (const T x : edges())
      for (const T y : edges()) a.push_back(x), b.push_back(y);
    const auto d = statements<D>(opcode + " d, a, b;", a, b);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_EQ(d[i], D(expected(a[i], b[i]))) << opcode << " of " << +a[i] << " and " << +b[i];
  }
};
using Types = ::testing::Types<std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(Integers, Types);

TYPED_TEST(Integers, AddSubtractAndMultiplyModuloTheirWidth) {
  using T = TypeParam;
  const std::string type = "." + this->type();
  this->check("add" + type, [](T a, T b) { return Wide(a) + b; });
  this->check("sub" + type, [](T a, T b) { return Wide(a) - b; });
  this->check("mul.lo" + type, [](T a, T b) { return (unsigned __int128)(a) * (unsigned __int128)(b); });
  this->check("mul.hi" + type, [](T a, T b) {
    if constexpr (std::is_signed_v<T>)
      return Wide(a) * b >> 8 * sizeof(T);
    else
      return (unsigned __int128)(a)*b >> 8 * sizeof(T);
  });
}

TYPED_TEST(Integers, DivideAndHaveSmallerAndGreater) {
  using T = TypeParam;
  const std::string type = "." + this->type();
  // By zero: all ones, and the remainder is the dividend. The lowest number divided by -1 is itself.
  this->check("div" + type, [](T a, T b) { return b == 0 ? Wide(-1) : Wide(a) / b; });
  this->check("rem" + type, [](T a, T b) { return b == 0 ? Wide(a) : Wide(a) % b; });
  this->check("min" + type, [](T a, T b) { return a < b ? a : b; });
  this->check("max" + type, [](T a, T b) { return a > b ? a : b; });
}

TYPED_TEST(Integers, HaveBits) {
  using T = TypeParam;
  const std::string bits = "." + this->untyped();
  this->check("and" + bits, [](T a, T b) { return a & b; });
  this->check("or" + bits, [](T a, T b) { return a | b; });
  this->check("xor" + bits, [](T a, T b) { return a ^ b; });
  for (const T a : this->edges()) EXPECT_EQ(op<T>("not" + bits, a), T(~a));
}

TYPED_TEST(Integers, ShiftByTheWidthAndMore) {
  using T = TypeParam;
  const unsigned width = 8 * sizeof(T);
  for (const unsigned by : {0u, 1u, width - 1, width, width + 1, 32u, 64u, 255u, 256u, 0x80000000u, ~0u})
    for (const T a : this->edges()) {
      EXPECT_EQ(op<T>("shl." + this->untyped(), a, by), by >= width ? T(0) : T(std::uint64_t(a) << by)) << +a << by;
      EXPECT_EQ(op<T>("shr." + this->type(), a, by), by >= width ? T(a < 0 ? -1 : 0) : T(a >> by)) << +a << by;
    }
  EXPECT_EQ(op<T>("shr." + this->untyped(), T(-1), width - 1), T(1)) << "without a sign";
}

TYPED_TEST(Integers, MultiplyAndAdd) {
  using T = TypeParam;
  for (const T a : this->edges())
    for (const T b : {T(3), T(-3), std::numeric_limits<T>::max()})
      EXPECT_EQ(op<T>("mad.lo." + this->type(), a, b, T(-5)), T(std::uint64_t(a) * std::uint64_t(b) - 5));
}

TYPED_TEST(Integers, NegateAndHaveMagnitudes) {
  using T = TypeParam;
  if constexpr (std::is_signed_v<T>) {
    for (const T a : this->edges()) {
      EXPECT_EQ(op<T>("neg." + this->type(), a), T(-Wide(a)));
      EXPECT_EQ(op<T>("abs." + this->type(), a), T(a < 0 ? -Wide(a) : Wide(a)));
    }
  }
}

TYPED_TEST(Integers, HaveProductsTwiceAsWide) {
  using T = TypeParam;
  if constexpr (sizeof(T) < 8) {
    using W = std::conditional_t<sizeof(T) == 2, std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>,
                                 std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;
    this->template check<W>("mul.wide." + this->type(), [](T a, T b) { return Wide(a) * b; });
    for (const T a : this->edges())
      for (const W c : {W(0), W(1), W(-1), std::numeric_limits<W>::max()})
        EXPECT_EQ(op<W>("mad.wide." + this->type(), a, T(-3), c), W(Wide(a) * T(-3) + c));
  }
}

std::uint64_t bit_by_bit(std::uint64_t a, std::uint64_t b, std::uint32_t c, std::uint32_t d) {
  const unsigned position = c & 0xff, length = d & 0xff;
  for (unsigned i = 0; i < length && position + i < 64; ++i)
    b = (b & ~(1ull << (position + i))) | (a >> i & 1) << (position + i);
  return b;
}
TEST(PtxBitFields, AreInsertedAsPtxSaysBitByBit) {
  const std::uint64_t a = 0x0123456789abcdefull, b = 0xfedcba9876543210ull;
  for (const std::uint32_t position : {0u, 1u, 31u, 32u, 63u, 64u, 200u, 256u, 0x10005u})
    for (const std::uint32_t length : {0u, 1u, 31u, 32u, 33u, 63u, 64u, 255u, 256u, 0x10008u})
      EXPECT_EQ(op<std::uint64_t>("bfi.b64", a, b, position, length), bit_by_bit(a, b, position, length))
          << position << " " << length;
}

TEST(PtxBytes, ArePermutedByTheDigitsOfAMask) {
  const std::uint32_t a = 0x73625140u, b = 0xf7e6d5c4u;  // bytes 0 to 7 end in their number
  const auto permuted = [&](std::uint32_t which) { return op<std::uint32_t>("prmt.b32", a, b, which); };
  EXPECT_EQ(permuted(0x3210), a);
  EXPECT_EQ(permuted(0x7654), b);
  EXPECT_EQ(permuted(0x0451), 0x40c4d551u);
  EXPECT_EQ(permuted(0x4fb2), 0xc4ff0062u) << "8 more gives copies of the sign";
  EXPECT_EQ(permuted(0xabcd3210), a) << "only four digits count";
}

TEST(PtxLiterals, AreOperands) {
  EXPECT_EQ(statement<std::int32_t>("add.s32 d, a, -5;", 3), -2);
  EXPECT_EQ(statement<std::uint32_t>("and.b32 d, a, 0xF0;", 0x1234567fu), 0x70u);
  EXPECT_EQ(statement<std::uint32_t>("xor.b32 d, a, 017U;", 1u), 14u) << "octal, unsigned";
  EXPECT_EQ(statement<std::uint64_t>("add.s64 d, a, -1;", std::uint64_t(0)), ~0ull);
  EXPECT_EQ(statement<std::uint16_t>("add.s16 d, a, -1;", std::uint16_t(0)), 0xffff);
  EXPECT_EQ(statement<std::uint64_t>("or.b64 d, a, 18446744073709551615;", std::uint64_t(0)), ~0ull);
}

}  // namespace
}  // namespace gs::test
