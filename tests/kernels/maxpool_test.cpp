// maxpool_test.cpp - every variant of max-pooling against the reference, and the reference against finite differences.
#include <limits>

#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

constexpr float nan_pixel = std::numeric_limits<float>::quiet_NaN();

/// Extents n h w c, window, stride: tails, overlaps, gaps, one element, more channels than a vector has lanes.
std::vector<MaxPool> maxpool_problems() {
  std::vector<MaxPool> list;
  for (bool relu : {false, true})
    for (MaxPool m :
         {MaxPool{1, 2, 2, 1, 2, 2}, MaxPool{1, 1, 1, 1, 1, 1}, MaxPool{2, 5, 7, 3, 2, 2}, MaxPool{1, 8, 8, 32, 2, 2},
          MaxPool{3, 3, 2, 33, 2, 2}, MaxPool{1, 6, 6, 131, 2, 2}, MaxPool{2, 9, 6, 5, 3, 2}, MaxPool{2, 9, 6, 8, 3, 2},
          MaxPool{1, 4, 7, 4, 3, 2}, MaxPool{1, 10, 11, 4, 3, 1}, MaxPool{1, 7, 8, 3, 2, 3},
          MaxPool{1, 16, 17, 2, 15, 1}, MaxPool{2, 41, 41, 8, 2, 2}}) {
      m.relu_input = relu;
      list.push_back(m);
    }
  return list;
}

std::string describe(const MaxPool& m) {
  return "n h w c " + std::to_string(m.n) + " " + std::to_string(m.h) + " " + std::to_string(m.w) + " " +
         std::to_string(m.c) + ", window " + std::to_string(m.window) + ", stride " + std::to_string(m.stride) +
         (m.relu_input ? ", after a ReLU" : "");
}

/// Only nine different values, so most windows have ties.
std::vector<float> tied_values(std::int64_t n, std::uint64_t seed) {
  std::vector<float> x = random_values(n, seed, -4, 5);
  for (float& v : x) v = std::floor(v) / 4;
  return x;
}

void check_forward(const MaxPool& m, const std::vector<float>& x) {
  const auto want = ref::maxpool_forward(m, widen(x));
  for_each_variant<MaxPoolForward<float>>(m, [&](auto launch) {
    DeviceArray<float> input(x);
    GuardedArray<float> y(want.y.size());
    GuardedArray<std::uint8_t> argmax(want.argmax.size());
    launch(y.data(), argmax.data(), input.data());
    EXPECT_TRUE(agree(y.values(), want.y, 0.0, NonFinite::as_expected));
    EXPECT_EQ(argmax.values(), want.argmax);
    EXPECT_TRUE(y.intact());
    EXPECT_TRUE(argmax.intact());
  });
}

TEST(MaxPool, ForwardTakesTheFirstLargest) {
  for (const MaxPool& m : maxpool_problems()) {
    SCOPED_TRACE(describe(m));
    check_forward(m, random_values(m.x_size(), 1));
    check_forward(m, tied_values(m.x_size(), 2));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(MaxPool, ForwardLetsNanWin) {
  for (const MaxPool& m : maxpool_problems()) {
    SCOPED_TRACE(describe(m));
    std::vector<float> x = random_values(m.x_size(), 3);
    Random random(4);
    for (std::size_t i = 0; i < 1 + x.size() / 4; ++i) x[std::size_t(random.below(m.x_size()))] = nan_pixel;
    check_forward(m, x);
    check_forward(m, std::vector<float>(x.size(), nan_pixel));
    check_forward(m, std::vector<float>(x.size(), -std::numeric_limits<float>::infinity()));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(MaxPool, BackwardGathersWhatTheReferenceScatters) {
  for (const MaxPool& m : maxpool_problems()) {
    SCOPED_TRACE(describe(m));
    const auto x = tied_values(m.x_size(), 5);
    const auto argmax = ref::maxpool_forward(m, widen(x)).argmax;
    const auto dy = random_values(m.y_size(), 6);
    const auto want = ref::maxpool_backward(m, widen(dy), argmax);
    std::vector<float> magnitude(dy);
    for (float& v : magnitude) v = std::abs(v);
    std::vector<double> bounds = ref::maxpool_backward(m, widen(magnitude), argmax);
    for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = bound(want[i], bounds[i], m.window * m.window);
    std::vector<float> first;
    for_each_variant<MaxPoolBackward<float>>(m, [&](auto launch) {
      DeviceArray<float> gradient(dy);
      DeviceArray<std::uint8_t> index(argmax);
      GuardedArray<float> dx(want.size());
      launch(dx.data(), gradient.data(), index.data());
      EXPECT_TRUE(agree(dx.values(), want, bounds));
      if (first.empty()) first = dx.values();
      EXPECT_EQ(dx.values(), first) << "variants add in the same order";
      EXPECT_TRUE(dx.intact());
    });
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(MaxPool, FoldedReluGradientEqualsASeparateOne) {
  MaxPool folded{2, 6, 7, 5, 2, 2, true}, separate = folded;
  separate.relu_input = false;
  auto x = random_values(folded.x_size(), 7);
  for (float& v : x) v = v < 0 ? 0 : v;
  const auto dy = random_values<double>(folded.y_size(), 8);
  auto want = ref::maxpool_backward(separate, dy, ref::maxpool_forward(separate, widen(x)).argmax);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i] <= 0) want[i] = 0;
  EXPECT_EQ(ref::maxpool_backward(folded, dy, ref::maxpool_forward(folded, widen(x)).argmax), want);
}

TEST(MaxPool, WindowsWhoseIndexDoesNotFitAByteAreRefused) {
  for (const Registry* registry : tested_registries())
    for (const auto& row : registry->variants<MaxPoolForward<float>>())
      EXPECT_FALSE(row.supports({1, 16, 16, 1, 16, 16})) << row.name;
}

TEST(MaxPoolReference, GradientByDifferences) {
  for (const MaxPool& m : {MaxPool{2, 5, 7, 3, 2, 2}, MaxPool{1, 6, 6, 2, 3, 1}, MaxPool{1, 9, 7, 2, 3, 2}}) {
    SCOPED_TRACE(describe(m));
    std::vector<double> x(std::size_t(m.x_size()));  // all different, far more than h apart
    Random random(9);
    for (std::size_t i = 0; i < x.size(); ++i) std::swap(x[i] = 0.01 * double(i), x[std::size_t(random.below(i + 1))]);
    const auto weights = random_values<double>(m.y_size(), 10);
    const auto gradient = ref::maxpool_backward(m, weights, ref::maxpool_forward(m, x).argmax);
    EXPECT_TRUE(is_gradient(
        gradient, [&](const std::vector<double>& at) { return dot(weights, ref::maxpool_forward(m, at).y); }, x));
  }
}

}  // namespace
}  // namespace gs::test
