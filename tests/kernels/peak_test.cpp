// peak_test.cpp - the kernels that measure peak rates of arithmetic compute their formulas, on every target.
#include "kernels/peak/peak_ref.h"
#include "tests/support/compare.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

TEST(ChainMultiplyAdds, IsTheChain) {
  for (const std::int64_t size : {1, 15, 16, 257, 10000})
    for (const int depth : {0, 1, 100}) {
      SCOPED_TRACE(std::to_string(size) + " elements, depth " + std::to_string(depth));
      const MultiplyAdds p{size, depth, 0.75f, 0.5f};
      const auto x = random_values(size, 1);
      const auto want = ref::chain_multiply_adds(p, widen(x));
      for_each_variant<ChainMultiplyAdds>(p, [&](auto launch) {
        DeviceArray<float> from(x);
        GuardedArray<float> y(x.size());
        launch(y.data(), from.data());
        // Each link halves an error at least by a quarter and adds one rounding of a value below 4.
        EXPECT_TRUE(agree(y.values(), want, 4 * 4 * 6e-8));
        EXPECT_TRUE(y.intact());
      });
    }
}

TEST(ChainMultiplyAdds, KeepsNaN) {
  for_each_variant<ChainMultiplyAdds>(MultiplyAdds{20, 3, 0.5f, 1}, [&](auto launch) {
    DeviceArray<float> x(std::vector<float>(20, NAN));
    GuardedArray<float> y(std::size_t(20));
    launch(y.data(), x.data());
    for (const float value : y.values()) EXPECT_TRUE(std::isnan(value));
  });
}

TEST(RepeatMatrixProducts, AreExactForSmallIntegers) {
  for (const bool bf16 : {false, true})
    for (const int warps : {1, 8, 11}) {
      const MatrixProducts p{warps, 5, bf16};
      SCOPED_TRACE(std::string(bf16 ? "bf16, " : "tf32, ") + std::to_string(warps) + " warps");
      Random random(3);
      std::vector<float> a(std::size_t(16 * p.k())), b(std::size_t(p.k() * 8));
      for (auto* factor : {&a, &b})
        for (float& value : *factor) value = float(int(random.below(15)) - 7);
      const auto want = ref::repeat_matrix_products(p, widen(a), widen(b));
      for_each_variant<RepeatMatrixProducts>(p, [&](auto launch) {
        DeviceArray<float> at_a(a), at_b(b);
        GuardedArray<float> y(want.size());
        launch(y.data(), at_a.data(), at_b.data());
        EXPECT_TRUE(agree(y.values(), want, 0));
        EXPECT_TRUE(y.intact());
      });
    }
}

TEST(Costs, OfThePeakOpsAreCountedByHand) {
  EXPECT_EQ(cost(ChainMultiplyAdds{}, MultiplyAdds{100, 7}).flops, 1400);
  EXPECT_EQ(cost(RepeatMatrixProducts{}, MatrixProducts{2, 3, true}).flops, 2 * 3 * 8 * 4096);
  EXPECT_EQ(cost(RepeatMatrixProducts{}, MatrixProducts{2, 3, false}).flops, 2 * 3 * 8 * 2048);
}

}  // namespace
}  // namespace gs::test
