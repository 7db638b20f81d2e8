// bias_test.cpp - bias + ReLU, the bias gradient and the ReLU gradient: every variant against the reference.

#include "kernels/bias/bias_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/thread_counts.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

std::vector<Rows> bias_problems() {
  std::vector<Rows> list;
  for (bool relu : {false, true})
    for (Rows p : {Rows{1, 1}, Rows{3, 5}, Rows{7, 33}, Rows{40, 1}, Rows{1, 64}, Rows{1003, 3}, Rows{513, 64},
                   Rows{4099, 32}, Rows{70'001, 2}}) {
      p.relu = relu;
      list.push_back(p);
    }
  return list;
}

std::string describe(const Rows& p) {
  return std::to_string(p.rows) + " x " + std::to_string(p.columns) + (p.relu ? ", ReLU" : "");
}

TEST(BiasActivation, AgainstTheReference) {
  for (const Rows& p : bias_problems()) {
    SCOPED_TRACE(describe(p));
    auto y = random_values(p.rows * p.columns, 1);
    y[y.size() / 2] = NAN;
    const auto bias = random_values(p.columns, 2);
    const auto want = ref::bias_activation(p, widen(y), widen(bias));
    for_each_variant<BiasActivation<float>>(p, [&](auto launch) {
      GuardedArray<float> values(y);
      DeviceArray<float> b(bias);
      launch(values.data(), b.data());
      EXPECT_TRUE(agree(values.values(), want, bound(2, 0, 1), NonFinite::as_expected));
      EXPECT_TRUE(values.intact());
    });
    if (HasFailure()) return;
  }
}

TEST(BiasGradient, AgainstTheReference) {
  for (const Rows& p : bias_problems()) {
    SCOPED_TRACE(describe(p));
    const auto dy = random_values(p.rows * p.columns, 3);
    const auto want = ref::bias_gradient(p, widen(dy));
    auto magnitude = dy;
    for (float& v : magnitude) v = std::abs(v);
    auto bounds = ref::bias_gradient(p, widen(magnitude));
    for (std::size_t j = 0; j < bounds.size(); ++j) bounds[j] = bound(want[j], bounds[j], p.rows);
    for_each_variant<BiasGradient<float>>(p, [&](auto launch) {
      DeviceArray<float> gradient(dy);
      GuardedArray<float> db(want.size());
      launch(db.data(), gradient.data());
      EXPECT_TRUE(agree(db.values(), want, bounds));
      EXPECT_TRUE(db.intact());
    });
    if (HasFailure()) return;
  }
}

TEST(BiasGradient, TheSameBitsForEveryNumberOfThreads) {
  const Rows p{40'003, 32};
  const auto dy = random_values(p.rows * p.columns, 4);
  expect_same_for_every_number_of_threads([&] {
    std::vector<std::vector<float>> all;  // by variant
    for_each_variant<BiasGradient<float>>(p, [&](auto launch) {
      DeviceArray<float> gradient(dy);
      GuardedArray<float> db(std::size_t(p.columns));
      launch(db.data(), gradient.data());
      all.push_back(db.values());
    });
    return all;
  });
}

TEST(ReluGradient, AgainstTheReference) {
  for (Rows p : bias_problems()) {
    p.scale = p.relu ? 2.0f : 1.0f;  // a power of two: no rounding
    SCOPED_TRACE(describe(p));
    const auto dx = random_values(p.rows * p.columns, 5);
    auto y = random_values(p.rows * p.columns, 6);
    for (float& v : y) v = v < 0 ? 0 : v;
    y[y.size() / 2] = NAN;
    const auto want = ref::relu_gradient(p, widen(dx), widen(y));
    for_each_variant<ReluGradient<float>>(p, [&](auto launch) {
      GuardedArray<float> gradient(dx);
      DeviceArray<float> output(y);
      launch(gradient.data(), output.data());
      EXPECT_TRUE(agree(gradient.values(), want, 0.0));
      EXPECT_TRUE(gradient.intact());
    });
    if (HasFailure()) return;
  }
}

TEST(BiasReference, GradientsByDifferences) {
  const Rows p{7, 5, true};
  const auto x = random_values<double>(35, 7), bias = random_values<double>(5, 8),
             weights = random_values<double>(35, 9);
  const auto dx = ref::relu_gradient(p, weights, ref::bias_activation(p, x, bias));
  EXPECT_TRUE(is_gradient(
      dx, [&](const std::vector<double>& at) { return dot(weights, ref::bias_activation(p, at, bias)); }, x));
  EXPECT_TRUE(is_gradient(
      ref::bias_gradient(p, dx),
      [&](const std::vector<double>& at) { return dot(weights, ref::bias_activation(p, x, at)); }, bias));
}

}  // namespace
}  // namespace gs::test
