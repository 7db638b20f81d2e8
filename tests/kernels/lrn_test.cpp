// lrn_test.cpp - local response normalisation against the reference, and the reference against finite differences.
#include "kernels/lrn/lrn_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Pixels, channels, window, k, alpha, beta: windows wider than the channels, one channel, strong normalisation, whole
/// groups of eight channels and others, powers and windows that only some variants have.
const std::vector<Lrn> lrn_problems = {{1, 1, 5},          {7, 3, 5},        {50, 96, 5},
                                       {35, 8, 5, 1, 2},   {9, 21, 5, 2, 1}, {13, 33, 1, 1, 0.5f, 0.5f},
                                       {9, 20, 7, 1, 2, 1}};

/// The bounds that lrn_groups.cu states. The element-wise variant computes the power to within an ulp or two.
constexpr double fp32_eps = 0x1p-24;

std::vector<double> forward_bounds(const std::vector<double>& y) {
  std::vector<double> bounds;
  for (const double v : y) bounds.push_back(12 * fp32_eps * std::abs(v));
  return bounds;
}

std::vector<double> backward_bounds(const Lrn& p, const std::vector<double>& scale, const std::vector<float>& x,
                                    const std::vector<float>& dy) {
  std::vector<double> bounds(x.size());
  for (std::int64_t at = 0; at < p.size(); ++at) {
    const int i = int(at % p.c), half = p.window / 2;
    double sum = 0;
    for (int j = std::max(0, i - half); j <= std::min(p.c - 1, i + half); ++j) {
      const auto there = std::size_t(at - i + j);
      sum += std::abs(double(dy[there]) * x[there]) * std::pow(scale[there], -p.beta - 1);
    }
    const auto here = std::size_t(at);
    bounds[here] = fp32_eps * (13 * std::abs(dy[here]) * std::pow(scale[here], -p.beta) +
                               33 * 2 * double(p.alpha) * p.beta * std::abs(x[here]) * sum);
  }
  return bounds;
}

TEST(Lrn, ForwardIsTheFormula) {
  for (const Lrn& p : lrn_problems) {
    SCOPED_TRACE(testing::Message() << p.pixels << " pixels, " << p.c << " channels, window " << p.window);
    const auto x = random_values(p.size(), 1, -3, 3);
    const auto want = ref::lrn_forward(p, widen(x));
    for_each_variant<LrnForward<float>>(p, [&](auto launch) {
      DeviceArray<float> input(x);
      GuardedArray<float> y(x.size());
      launch(y.data(), input.data());
      EXPECT_TRUE(agree(y.values(), want.y, forward_bounds(want.y)));
      EXPECT_TRUE(y.intact());
    });
  }
}

TEST(Lrn, BackwardGathersWhatTheReferenceScatters) {
  for (const Lrn& p : lrn_problems)
    for (const bool relu : {false, true}) {
      SCOPED_TRACE(testing::Message() << p.pixels << " pixels, " << p.c << " channels, window " << p.window);
      auto x = random_values(p.size(), 2, -3, 3);
      const auto dy = random_values(p.size(), 3);
      if (relu)
        for (float& v : x) v = std::max(v, 0.0f);
      const auto bounds = backward_bounds(p, ref::lrn_forward(p, widen(x)).scale, x, dy);
      auto want = ref::lrn_backward(p, widen(dy), widen(x));
      for (std::size_t i = 0; relu && i < x.size(); ++i)
        if (x[i] <= 0) want[i] = 0;
      for_each_variant<LrnBackward<float>>(p, [&](auto launch) {
        DeviceArray<float> input(x), gradient(dy);
        GuardedArray<float> dx(x.size());
        launch(dx.data(), gradient.data(), input.data(), relu ? input.data() : nullptr);
        EXPECT_TRUE(agree(dx.values(), want, bounds));
        EXPECT_TRUE(dx.intact());
      });
    }
}

/// A broken value breaks its window and nothing else, in both directions, even where a ReLU's gradient is included.
TEST(Lrn, NanStaysInItsWindow) {
  const Lrn p{2, 24, 5};
  auto x = random_values(p.size(), 6, 0.1, 1);
  const auto dy = random_values(p.size(), 7);
  x[10] = NAN;
  const auto among = [](std::size_t i, std::size_t reach) { return i >= 10 - reach && i <= 10 + reach; };
  for_each_variant<LrnForward<float>>(p, [&](auto launch) {
    DeviceArray<float> input(x);
    GuardedArray<float> y(x.size());
    launch(y.data(), input.data());
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::isnan(y.values()[i]), among(i, 2)) << "y " << i;
  });
  for_each_variant<LrnBackward<float>>(p, [&](auto launch) {
    DeviceArray<float> input(x), gradient(dy);
    GuardedArray<float> dx(x.size());
    launch(dx.data(), gradient.data(), input.data(), input.data());
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(std::isnan(dx.values()[i]), among(i, 4)) << "dx " << i;
  });
}

TEST(Lrn, GroupsHaveTheWindowAndThePowerOfAlexNet) {
  for (const Registry* registry : tested_registries()) {
    const auto supports = [&](const Lrn& p) { return registry->variant<LrnBackward<float>>("groups").supports(p); };
    EXPECT_TRUE(supports({50, 96}));
    EXPECT_TRUE(supports({50, 7}));
    EXPECT_FALSE(supports({50, 96, 3}));
    EXPECT_FALSE(supports({50, 96, 5, 2, 1e-4f, 0.5f}));
    EXPECT_FALSE(supports({50, 96, 5, 0})) << "the power of 0 is infinite";
    EXPECT_FALSE(supports({std::int64_t(1) << 31, 8})) << "groups are counted in 31 bits";
  }
}

TEST(LrnReference, GradientByDifferences) {
  for (const Lrn& p : {Lrn{3, 4, 3, 1, 0.7f, 0.75f}, Lrn{2, 9, 5}}) {
    const auto x = random_values<double>(p.size(), 4, -2, 2), weights = random_values<double>(p.size(), 5);
    EXPECT_TRUE(is_gradient(
        ref::lrn_backward(p, weights, x),
        [&](const std::vector<double>& at) { return dot(weights, ref::lrn_forward(p, at).y); }, x));
  }
}

}  // namespace
}  // namespace gs::test
