// average_pool_test.cpp - every variant of average-pooling against the reference, and the reference against finite
// differences.
#include "kernels/average_pool/average_pool_ref.h"
#include "tests/support/activations.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// n h w c, window, stride: one element, tails, overlaps, gaps, flat windows, whole maps, more channels than a tile.
const std::vector<AveragePool> average_pool_problems = {
    {1, 1, 1, 1, 1, 1, 1},   {2, 5, 7, 3, 2, 2, 2},   {1, 8, 8, 32, 2, 2, 2},  {2, 9, 6, 5, 3, 3, 2},
    {1, 10, 11, 4, 3, 2, 1}, {1, 7, 8, 3, 2, 1, 3},   {3, 7, 7, 130, 7, 7, 1}, {2, 3, 5, 64, 3, 5, 1},
    {1, 6, 6, 200, 2, 3, 2}, {2, 20, 21, 8, 5, 5, 3},
};

std::string describe(const AveragePool& m) {
  return (testing::Message() << m.n << "x" << m.h << "x" << m.w << "x" << m.c << ", window " << m.window_h << "x"
                             << m.window_w << ", stride " << m.stride)
      .GetString();
}

template <class T>
void check_forward(const AveragePool& m) {
  auto x = activations<T>(m.x_size(), 1);
  x[0] = NAN;
  const auto want = ref::average_pool_forward(m, widen(x));
  for_each_variant<AveragePoolForward<T>>(m, [&](auto launch) {
    Stored<T> input(x);
    GuardedStored<T> y(want.size());
    launch(y.data(), input.data());
    const int terms = m.window_h * m.window_w;
    EXPECT_TRUE(agree(y.values(), want, bounds_or_nan<T>(want, bound(1, 1, terms)), NonFinite::as_expected));
    EXPECT_TRUE(y.intact());
  });
}

template <class T>
void check_backward(const AveragePool& m, bool masked) {
  auto dy = activations<T>(m.y_size(), 2);
  dy[0] = NAN;
  auto mask = out_of_relu(activations<T>(m.x_size(), 3));
  mask[0] = NAN;  // lets the gradient pass
  const auto want = ref::average_pool_backward(m, widen(dy), if_given(masked, mask));
  ASSERT_TRUE(std::isnan(want[0]));
  for_each_variant<AveragePoolBackward<T>>(m, [&](auto launch) {
    Stored<T> gradient(dy), relu_output(mask);
    GuardedStored<T> dx(want.size());
    launch(dx.data(), gradient.data(), if_given(masked, relu_output));
    const int terms = m.window_h * m.window_w;  // upper bound on the windows that cover an element
    EXPECT_TRUE(agree(dx.values(), want, bounds_or_nan<T>(want, bound(1, 1, terms)), NonFinite::as_expected));
    EXPECT_TRUE(dx.intact());
  });
}

TEST(AveragePool, EveryVariantIsTheReference) {
  for (const AveragePool& m : average_pool_problems) {
    SCOPED_TRACE(describe(m));
    check_forward<float>(m), check_forward<bf16>(m);
    for (const bool masked : {false, true}) check_backward<float>(m, masked), check_backward<bf16>(m, masked);
    if (HasFailure()) return;
  }
}

TEST(AveragePool, EveryVariantGivesTheSameBits) {
  for (const AveragePool& m : average_pool_problems) {
    SCOPED_TRACE(describe(m));
    const auto x = random_values(m.x_size(), 4);
    std::vector<float> first;
    for_each_variant<AveragePoolForward<float>>(m, [&](auto launch) {
      DeviceArray<float> input(x);
      GuardedArray<float> y(std::size_t(m.y_size()));
      launch(y.data(), input.data());
      if (first.empty()) first = y.values();
      EXPECT_EQ(y.values(), first);
    });
    const auto dy = random_values(m.y_size(), 5);
    first.clear();
    for_each_variant<AveragePoolBackward<float>>(m, [&](auto launch) {
      DeviceArray<float> gradient(dy), relu_output(x);
      GuardedArray<float> dx(std::size_t(m.x_size()));
      launch(dx.data(), gradient.data(), relu_output.data());
      if (first.empty()) first = dx.values();
      EXPECT_EQ(dx.values(), first);
    });
  }
}

/// By hand: the mean of a whole map, and its gradient in equal shares.
TEST(AveragePool, AWholeMap) {
  const AveragePool m{1, 2, 2, 1, 2, 2, 1};
  for_each_variant<AveragePoolForward<float>>(m, [&](auto launch) {
    DeviceArray<float> x(std::vector<float>{1, 2, 3, 6});
    GuardedArray<float> y(1);
    launch(y.data(), x.data());
    EXPECT_EQ(y.values(), std::vector<float>{3});
  });
  for_each_variant<AveragePoolBackward<float>>(m, [&](auto launch) {
    DeviceArray<float> dy(std::vector<float>{8}), x(std::vector<float>{1, 0, 3, -1});
    GuardedArray<float> dx(4);
    launch(dx.data(), dy.data(), x.data());
    EXPECT_EQ(dx.values(), (std::vector<float>{2, 0, 2, 0}));
  });
}

TEST(AveragePoolReference, GradientByDifferences) {
  for (const AveragePool& m : {AveragePool{2, 5, 7, 3, 2, 3, 2}, AveragePool{1, 6, 6, 2, 3, 3, 1}}) {
    SCOPED_TRACE(describe(m));
    const auto x = random_values<double>(m.x_size(), 5), weights = random_values<double>(m.y_size(), 6);
    EXPECT_TRUE(is_gradient(
        ref::average_pool_backward(m, weights),
        [&](const std::vector<double>& at) { return dot(weights, ref::average_pool_forward(m, at)); }, x));
  }
}

TEST(AveragePoolCosts, CountedByHand) {
  const AveragePool m{1, 4, 4, 3, 2, 2, 2};  // 48 in, 12 out
  EXPECT_EQ(cost(AveragePoolForward<float>{}, m).bytes, 60 * 4);
  EXPECT_EQ(cost(AveragePoolForward<float>{}, m).flops, 48);
  EXPECT_EQ(cost(AveragePoolBackward<bf16>{}, m).bytes, 60 * 2);
}

}  // namespace
}  // namespace gs::test
