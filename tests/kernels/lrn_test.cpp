// lrn_test.cpp - local response normalisation against the reference, and the reference against finite differences.
#include "kernels/lrn/lrn_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

std::vector<float> narrow(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

/// Pixels, channels, window, k, alpha, beta: windows wider than the channels, one channel, strong normalisation.
const std::vector<Lrn> problems = {{1, 1, 5}, {7, 3, 5}, {50, 96, 5}, {13, 33, 1, 1, 0.5f, 0.5f}, {9, 20, 7, 1, 2, 1}};

TEST(Lrn, ForwardIsTheFormula) {
  for (const Lrn& p : problems) {
    SCOPED_TRACE(testing::Message() << p.pixels << " pixels, " << p.c << " channels, window " << p.window);
    const auto x = random_values(p.size(), 1, -3, 3);
    const auto want = ref::lrn_forward(p, widen(x));
    for_each_variant<LrnForward<float>>(p, [&](auto launch) {
      DeviceArray<float> input(x);
      GuardedArray<float> y(x.size()), scale(x.size());
      launch(y.data(), scale.data(), input.data());
      EXPECT_TRUE(agree(y.values(), want.y, 1e-6));
      EXPECT_TRUE(agree(scale.values(), want.scale, 1e-6 * (1 + 9 * p.alpha * p.window)));
      EXPECT_TRUE(y.intact());
      EXPECT_TRUE(scale.intact());
    });
  }
}

TEST(Lrn, BackwardGathersWhatTheReferenceScatters) {
  for (const Lrn& p : problems)
    for (const bool relu : {false, true}) {
      SCOPED_TRACE(testing::Message() << p.pixels << " pixels, " << p.c << " channels, window " << p.window);
      auto x = random_values(p.size(), 2, -3, 3);
      const auto dy = random_values(p.size(), 3);
      if (relu)
        for (float& v : x) v = std::max(v, 0.0f);
      const auto forward = ref::lrn_forward(p, widen(x));
      auto want = ref::lrn_backward(p, widen(dy), widen(x));
      for (std::size_t i = 0; relu && i < x.size(); ++i)
        if (x[i] <= 0) want[i] = 0;
      for_each_variant<LrnBackward<float>>(p, [&](auto launch) {
        DeviceArray<float> input(x), gradient(dy), y(narrow(forward.y)), scale(narrow(forward.scale));
        GuardedArray<float> dx(x.size());
        launch(dx.data(), gradient.data(), input.data(), y.data(), scale.data(), relu ? input.data() : nullptr);
        EXPECT_TRUE(agree(dx.values(), want, 2e-6 * (1 + 9 * p.alpha * p.window)));
        EXPECT_TRUE(dx.intact());
      });
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
