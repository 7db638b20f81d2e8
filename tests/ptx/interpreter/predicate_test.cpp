// Ordered and unordered comparisons, selection, predicate logic, and guards.
#include <cmath>
#include <functional>
#include <limits>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

template <class T>
void check_comparisons(const std::string& type, const std::vector<T>& values, const std::vector<std::string>& names) {
  const auto expected = [](const std::string& name, T a, T b) {
    const bool unordered = a != a || b != b;
    if (name == "num") return !unordered;
    if (name == "nan") return unordered;
    const bool with_u = name.size() == 3;
    if (unordered) return with_u;
    const std::string plain = with_u ? name.substr(0, 2) : name;
    if (plain == "eq") return a == b;
    if (plain == "ne") return a != b;
    if (plain == "lt" || plain == "lo") return a < b;
    if (plain == "le" || plain == "ls") return a <= b;
    if (plain == "gt" || plain == "hi") return a > b;
    return a >= b;  // ge, hs
  };
  std::vector<T> a, b;
  for (const T x : values)
    for (const T y : values) a.push_back(x), b.push_back(y);
  for (const std::string& name : names) {
    const auto d = statements<bool>("setp." + name + "." + type + " d, a, b;", a, b);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_EQ(d[i], expected(name, a[i], b[i])) << name << "." << type << " " << +a[i] << " " << +b[i];
  }
}
template <class T>
void check_integers(const std::string& type) {
  using L = std::numeric_limits<T>;
  std::vector<std::string> names = {"eq", "ne", "lt", "le", "gt", "ge"};
  if (!std::is_signed_v<T>) names.insert(names.end(), {"lo", "ls", "hi", "hs"});
  check_comparisons<T>(type, {T(0), T(1), T(-1), L::min(), L::max()}, names);
}
template <class T>
void check_floats(const std::string& type) {
  using L = std::numeric_limits<T>;
  check_comparisons<T>(type, {T(0), T(-0.0), T(1), T(-1), L::infinity(), -L::infinity(), L::quiet_NaN()},
                       {"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
}

TEST(PtxSetp, ComparesIntegersOfAllTypes) {
  check_integers<std::int16_t>("s16");
  check_integers<std::uint16_t>("u16");
  check_integers<std::int32_t>("s32");
  check_integers<std::uint32_t>("u32");
  check_integers<std::int64_t>("s64");
  check_integers<std::uint64_t>("u64");
}
TEST(PtxSetp, ComparesFloatsOrderedAndUnordered) {
  check_floats<float>("f32");
  check_floats<double>("f64");
}
TEST(PtxSetp, ComparesBits) {
  EXPECT_TRUE((op<bool>("setp.eq.b32", 5u, 5u)));
  EXPECT_TRUE((op<bool>("setp.ne.b16", std::uint16_t(5), std::uint16_t(6))));
  EXPECT_FALSE((op<bool>("setp.eq.b64", std::uint64_t(1) << 40, std::uint64_t(0))));
}

TEST(PtxSelp, ChoosesInEachWidth) {
  EXPECT_EQ((op<std::uint16_t>("selp.b16", std::uint16_t(1), std::uint16_t(2), true)), 1);
  EXPECT_EQ((op<std::uint16_t>("selp.u16", std::uint16_t(1), std::uint16_t(2), false)), 2);
  EXPECT_EQ((op<std::int32_t>("selp.s32", -1, 2, true)), -1);
  EXPECT_EQ((op<float>("selp.f32", -1.5f, 2.5f, false)), 2.5f);
  EXPECT_EQ((op<double>("selp.f64", -1.5, 2.5, true)), -1.5);
  EXPECT_EQ((op<std::uint64_t>("selp.b64", ~0ull, 2ull, true)), ~0ull);
  const auto d = statements<std::uint32_t>("selp.b32 d, 7, a, b;", std::vector<std::uint32_t>{1, 2, 3, 4},
                                           std::vector<bool>{true, false, true, false});
  EXPECT_EQ(d, (std::vector<std::uint32_t>{7, 2, 7, 4})) << "by lane, with a literal";
}

TEST(PtxLogic, OfPredicates) {
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      EXPECT_EQ((op<bool>("and.pred", a, b)), a && b);
      EXPECT_EQ((op<bool>("or.pred", a, b)), a || b);
      EXPECT_EQ((op<bool>("xor.pred", a, b)), a != b);
    }
    EXPECT_EQ((op<bool>("not.pred", a)), !a);
    EXPECT_EQ((op<bool>("mov.pred", a)), a);
  }
  EXPECT_TRUE((statement<bool>("mov.pred d, -1;", false)));
  EXPECT_TRUE((statement<bool>("mov.pred d, 1;", false)));
  EXPECT_FALSE((statement<bool>("mov.pred d, 0;", true)));
}

TEST(PtxGuards, ApplyByLaneAlsoInAPartOfAWarp) {
  std::vector<std::uint32_t> a(41);
  std::vector<bool> b(41);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::uint32_t(i), b[i] = i % 3 == 0;
  const auto on = statements<std::uint32_t>("mov.b32 d, 99; @b mov.b32 d, a;", a, b),
             off = statements<std::uint32_t>("mov.b32 d, 99; @!b mov.b32 d, a;", a, b);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(on[i], b[i] ? i : 99);
    EXPECT_EQ(off[i], b[i] ? 99 : i);
  }
}
TEST(PtxGuards, LeaveThePredicatesOfOtherLanesAlone) {
  const std::vector<bool> a = {true, true, false, false}, b = {true, false, true, false};
  // d = a; if b, d = !d
  EXPECT_EQ((statements<bool>("mov.pred d, a; @b not.pred d, d;", a, b)),
            (std::vector<bool>{false, true, true, false}));
  EXPECT_EQ((statements<bool>("mov.pred d, a; @b setp.eq.u32 d, 1, 2;", a, b)),
            (std::vector<bool>{false, true, false, false}));
}
TEST(PtxGuards, OfLanesThatAreOffAccessNothing) {
  EXPECT_EQ(run_ptx({.body = "setp.lt.u32 %p1, %r0, 3;\n@%p1 st.global.u32 [%rd3], %r0;\nmov.u64 %rd4, 0;\n"
                             "setp.eq.u32 %p2, 1, 2;\n@%p2 st.global.u32 [%rd4], %r0;",
                     .block = {5}})
                .out,
            (std::vector<std::uint32_t>{0, 1, 2, 0xdeadbeef, 0xdeadbeef}));
}

}  // namespace
}  // namespace gs::test
