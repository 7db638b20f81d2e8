// add_test.cpp - residual addition with and without a change of shape, and the sum of two gradients.
#include "kernels/add/add_ref.h"
#include "tests/support/activations.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Equal shapes, one value, stride 2 from even and odd maps, padding on both sides and more behind than in front,
/// channels alone, a stride alone, and rows of skip that no element of y reads.
std::vector<Add> add_problems() {
  std::vector<Add> list;
  for (const bool relu : {false, true})
    for (Add p : {Add{1, 1, 1, 1, 1, 1, 1, 1}, Add{2, 5, 3, 7, 5, 3, 7, 1}, Add{2, 4, 4, 32, 8, 8, 16, 2},
                  Add{1, 4, 3, 8, 7, 5, 3, 2}, Add{3, 6, 6, 5, 6, 6, 2, 1}, Add{2, 3, 4, 33, 6, 8, 33, 2},
                  Add{1, 2, 2, 4, 9, 9, 2, 3}, Add{1, 16, 16, 70, 16, 16, 1, 1}}) {
      p.relu = relu;
      list.push_back(p);
    }
  return list;
}

std::string describe(const Add& p) {
  return (testing::Message() << p.n << "x" << p.h << "x" << p.w << "x" << p.c << " + " << p.skip_h << "x" << p.skip_w
                             << "x" << p.skip_c << ", stride " << p.skip_stride << (p.relu ? ", ReLU" : ""))
      .GetString();
}

template <class T>
void check_forward(const Add& p) {
  auto a = activations<T>(p.size(), 1), skip = activations<T>(p.skip_size(), 2);
  a.back() = NAN;
  skip[0] = NAN;
  const auto want = ref::add_forward(p, widen(a), widen(skip));
  for_each_variant<AddForward<T>>(p, [&](auto launch) {
    Stored<T> in_a(a), in_skip(skip);
    GuardedStored<T> y(want.size());
    launch(y.data(), in_a.data(), in_skip.data());
    EXPECT_TRUE(agree(y.values(), want, bounds_or_nan<T>(want, bound(2, 0, 1)), NonFinite::as_expected));
    EXPECT_TRUE(y.intact());
  });
}

template <class T>
void check_backward(const Add& p, bool masked) {
  auto dy = activations<T>(p.size(), 3);
  dy[std::size_t(p.before())] = NAN;
  auto mask = out_of_relu(activations<T>(p.skip_size(), 4));
  mask[0] = 1;
  const auto want = ref::add_skip_backward(p, widen(dy), if_given(masked, mask));
  ASSERT_TRUE(std::isnan(want[0]));
  for_each_variant<AddSkipBackward<T>>(p, [&](auto launch) {
    Stored<T> gradient(dy), relu_output(mask);
    GuardedStored<T> dskip(want.size());
    launch(dskip.data(), gradient.data(), if_given(masked, relu_output));
    EXPECT_TRUE(agree(dskip.values(), want, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(dskip.intact());
  });
}

TEST(Add, EveryVariantIsTheReference) {
  for (const Add& p : add_problems()) {
    SCOPED_TRACE(describe(p));
    check_forward<float>(p), check_forward<bf16>(p);
    for (const bool masked : {false, true}) check_backward<float>(p, masked), check_backward<bf16>(p, masked);
    if (HasFailure()) return;
  }
}

/// By hand: a map of 2x2 with 4 channels takes every second pixel of one of 3x3 with 1 channel, as channel 1.
TEST(Add, AShortcutSubsamplesAndPads) {
  const Add p{1, 2, 2, 4, 3, 3, 1, 2};
  const std::vector<float> skip = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  for_each_variant<AddForward<float>>(p, [&](auto launch) {
    DeviceArray<float> a(std::vector<float>(16, 10)), in_skip(skip);
    GuardedArray<float> y(16);
    launch(y.data(), a.data(), in_skip.data());
    EXPECT_EQ(y.values(), (std::vector<float>{10, 11, 10, 10, 10, 13, 10, 10, 10, 17, 10, 10, 10, 19, 10, 10}));
  });
}

TEST(Add, ShortcutsThatReadPastTheirInputAreRefused) {
  EXPECT_TRUE((Add{1, 2, 2, 4, 3, 3, 1, 2}).fits());
  EXPECT_FALSE((Add{1, 2, 2, 4, 2, 3, 1, 2}).fits());
  EXPECT_FALSE((Add{1, 2, 2, 4, 3, 2, 1, 2}).fits());
  EXPECT_FALSE((Add{1, 2, 2, 4, 3, 3, 5, 2}).fits());
  EXPECT_FALSE((Add{1, 2, 2, 4, 3, 3, 1, 0}).fits());
}

template <class T>
void check_sum(const Sum& p, bool masked) {
  SCOPED_TRACE(testing::Message() << p.size << " values" << (masked ? ", masked" : ""));
  auto a = activations<T>(p.size, 5), b = activations<T>(p.size, 6), mask = out_of_relu(activations<T>(p.size, 7));
  a.back() = NAN;
  mask.back() = NAN;  // lets the gradient pass
  const auto want = ref::sum_gradients(p, widen(a), widen(b), if_given(masked, mask));
  for_each_variant<SumGradients<T>>(p, [&](auto launch) {
    Stored<T> in_a(a), in_b(b), relu_output(mask);
    GuardedStored<T> sum(want.size());
    launch(sum.data(), in_a.data(), in_b.data(), if_given(masked, relu_output));
    EXPECT_TRUE(agree(sum.values(), want, bounds_or_nan<T>(want, bound(4, 4, 2)), NonFinite::as_expected));
    EXPECT_TRUE(sum.intact());
  });
}

TEST(SumGradients, EveryVariantIsTheReference) {
  for (const std::int64_t size : {1, 2, 33, 10'007})
    for (const bool masked : {false, true}) check_sum<float>({size}, masked), check_sum<bf16>({size}, masked);
}

TEST(AddReference, GradientByDifferences) {
  for (const Add& p : {Add{2, 2, 3, 5, 4, 5, 2, 2}, Add{1, 3, 2, 4, 3, 2, 4, 1}}) {
    SCOPED_TRACE(describe(p));
    const auto a = random_values<double>(p.size(), 8), skip = random_values<double>(p.skip_size(), 9),
               weights = random_values<double>(p.size(), 10);
    EXPECT_TRUE(is_gradient(
        weights, [&](const std::vector<double>& at) { return dot(weights, ref::add_forward(p, at, skip)); }, a));
    EXPECT_TRUE(is_gradient(
        ref::add_skip_backward(p, weights),
        [&](const std::vector<double>& at) { return dot(weights, ref::add_forward(p, a, at)); }, skip));
  }
}

TEST(AddCosts, CountedByHand) {
  const Add p{1, 2, 2, 4, 3, 3, 1, 2};  // 16 values; 4 of skip's 9 are read
  EXPECT_EQ(cost(AddForward<float>{}, p).bytes, (16 + 16 + 4) * 4);
  EXPECT_EQ(cost(AddForward<float>{}, p).flops, 4);
  EXPECT_EQ(cost(AddSkipBackward<bf16>{}, p).bytes, (4 + 9) * 2);
  EXPECT_EQ(cost(SumGradients<float>{}, {100}).bytes, 1200);
}

}  // namespace
}  // namespace gs::test
