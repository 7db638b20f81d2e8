// dropout_test.cpp - Philox against its published test vectors; dropout's mask, scale and gradient on every target.
#include "kernels/common/philox.h"
#include "kernels/dropout/dropout_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

StepState some_state(std::uint64_t seed = 0x123456789abcdefull, std::uint64_t step = 5'000'000'000) {
  StepState state;
  state.seed = seed;
  state.step = step;
  return state;
}

/// Passes the output of every variant on every target to `check`.
template <class Check>
void forward(const Dropout& p, const StepState& state, const std::vector<float>& x, Check check) {
  for_each_variant<DropoutForward<float>>(p, [&](auto launch) {
    DeviceArray<float> input(x);
    DeviceArray<StepState> at(std::vector{state});
    GuardedArray<float> y(x.size());
    launch(y.data(), input.data(), at.data());
    EXPECT_TRUE(y.intact());
    check(y.values());
  });
}

template <class Check>
void backward(const Dropout& p, const StepState& state, const std::vector<float>& dy, const std::vector<float>* relu,
              Check check) {
  for_each_variant<DropoutBackward<float>>(p, [&](auto launch) {
    DeviceArray<float> gradient(dy);
    DeviceArray<float> relu_output(relu ? *relu : std::vector<float>{});
    DeviceArray<StepState> at(std::vector{state});
    GuardedArray<float> dx(dy.size());
    launch(dx.data(), gradient.data(), relu ? relu_output.data() : nullptr, at.data());
    EXPECT_TRUE(dx.intact());
    check(dx.values());
  });
}

TEST(Philox, Random123sKnownAnswers) {
  const auto words = [](const Random4& r) { return std::vector(r.word, r.word + 4); };
  using Words = std::vector<std::uint32_t>;
  EXPECT_EQ(words(philox4x32({{0, 0, 0, 0}}, 0, 0)), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(words(philox4x32({{ones, ones, ones, ones}}, ones, ones)),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0)),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  EXPECT_EQ(uniform(0xff), 0.0f);
  EXPECT_EQ(uniform(0xffffffff), 1.0f - 0x1p-24f);
}

TEST(Dropout, ForwardAndBackwardAgainstTheReference) {
  for (std::int64_t n : {1, 2, 3, 4, 5, 127, 1030, 40'001})
    for (float rate : {0.0f, 0.25f, 0.4f, 0.9f}) {
      // A part of a batch begins in the middle of a group of four, and beyond 2^32 elements.
      const std::int64_t first = n % 2 == 0 ? 0 : (std::int64_t(1) << 33) + n;
      SCOPED_TRACE(std::to_string(n) + " elements from " + std::to_string(first) + ", rate " + std::to_string(rate));
      const Dropout p{n, rate, 3, first};
      const auto x = random_values(n, 1);
      auto relu = random_values(n, 2);
      for (float& v : relu) v = v < 0 ? 0 : v;
      const double two_roundings = 1.2e-7;
      forward(p, some_state(), x, [&](const std::vector<float>& y) {
        EXPECT_TRUE(agree_relative(y, ref::dropout_forward(p, some_state(), widen(x)), two_roundings));
        if (rate == 0) {
          EXPECT_EQ(y, x) << "rate 0 copies";
        }
      });
      backward(p, some_state(), x, nullptr, [&](const std::vector<float>& dx) {
        EXPECT_TRUE(agree_relative(dx, ref::dropout_backward(p, some_state(), widen(x), {}), two_roundings));
      });
      backward(p, some_state(), x, &relu, [&](const std::vector<float>& dx) {
        EXPECT_TRUE(agree_relative(dx, ref::dropout_backward(p, some_state(), widen(x), widen(relu)), two_roundings));
      });
      if (HasFailure()) return;
    }
}

TEST(Dropout, PartsOfABatchHaveTheMaskOfTheWhole) {
  const auto x = random_values(1001, 1);
  const auto masked = [&](std::int64_t first, std::int64_t end) {
    std::vector<float> values;
    forward({end - first, 0.4f, 1, first}, some_state(), {x.begin() + first, x.begin() + end},
            [&](const std::vector<float>& y) { values = y; });
    return values;
  };
  std::vector<float> parts;
  for (const auto& [first, end] : {std::pair(0, 333), std::pair(333, 335), std::pair(335, 1001)})
    for (const float value : masked(first, end)) parts.push_back(value);
  EXPECT_EQ(parts, masked(0, 1001));
}

TEST(Dropout, InPlaceAndNan) {
  const Dropout p{1001, 0.5f, 0};
  const auto x = random_values(p.size, 3);
  for_each_variant<DropoutForward<float>>(p, [&](auto launch) {
    DeviceArray<StepState> at(std::vector{some_state()});
    GuardedArray<float> y(x);
    launch(y.data(), static_cast<const float*>(y.data()), at.data());
    EXPECT_TRUE(agree_relative(y.values(), ref::dropout_forward(p, some_state(), widen(x)), 1.2e-7));
  });
  forward(p, some_state(), std::vector<float>(1001, NAN), [](const std::vector<float>& y) {
    for (const float v : y) ASSERT_TRUE(std::isnan(v)) << "a NaN was hidden";
  });
}

TEST(Dropout, TheSameBitsOnEveryTarget) {
  const Dropout p{4099, 0.4f, 1};
  const auto x = random_values(p.size, 4);
  std::vector<std::vector<float>> results;
  forward(p, some_state(), x, [&](const std::vector<float>& y) { results.push_back(y); });
  for (const auto& y : results) EXPECT_EQ(y, results.front());
}

TEST(Dropout, KeepsTheRightShare) {
  const std::int64_t n = 200'000;
  for (float rate : {0.1f, 0.5f, 0.8f})
    forward({n, rate, 0}, some_state(), std::vector<float>(n, 1), [&](const std::vector<float>& y) {
      const double kept = double(n - std::count(y.begin(), y.end(), 0.0f));
      const double six_deviations = 6 * std::sqrt(double(n) * rate * (1 - rate));
      EXPECT_NEAR(kept, n * (1 - double(rate)), six_deviations);
    });
}

TEST(Dropout, TheMaskDependsOnSeedStepAndLayer) {
  const std::vector<float> ones(4096, 1);
  const auto mask = [&](StepState state, std::uint32_t layer) {
    std::vector<float> result;
    forward({4096, 0.5f, layer}, state, ones, [&](const std::vector<float>& y) { result = y; });
    return result;
  };
  const auto base = mask(some_state(1, 1), 0);
  const std::uint64_t high_word = std::uint64_t(1) << 32;
  EXPECT_EQ(base, mask(some_state(1, 1), 0));
  for (const auto& other : {mask(some_state(2, 1), 0), mask(some_state(1 + high_word, 1), 0), mask(some_state(1, 2), 0),
                            mask(some_state(1, 1 + high_word), 0), mask(some_state(1, 1), 1)}) {
    int equal = 0;
    for (std::size_t i = 0; i < base.size(); ++i) equal += base[i] == other[i];
    EXPECT_NEAR(equal, 2048, 6 * 32) << "two masks that are not independent";
  }
}

TEST(Dropout, BackwardDrawsTheForwardMask) {
  const Dropout p{4099, 0.4f, 2};
  const std::vector<float> ones(4099, 1);
  std::vector<float> y;
  forward(p, some_state(), ones, [&](const std::vector<float>& values) { y = values; });
  backward(p, some_state(), ones, nullptr, [&](const std::vector<float>& dx) { EXPECT_EQ(dx, y); });
}

TEST(Dropout, BehindAReluItsOutputIsTheMaskOfItsGradient) {
  const Dropout p{4099, 0.4f, 2};
  auto relu = random_values(p.size, 8);
  for (float& value : relu) value = value <= 0 ? 0 : value;
  relu[7] = std::numeric_limits<float>::denorm_min();  // kept or not: times a scale above 1 it does not become 0
  const auto dy = random_values(p.size, 9);
  std::vector<float> y;
  forward(p, some_state(), relu, [&](const std::vector<float>& values) { y = values; });
  backward(p, some_state(), dy, &relu, [&](const std::vector<float>& dx) {
    for (std::size_t i = 0; i < dy.size(); ++i) ASSERT_EQ(dx[i], y[i] <= 0 ? 0.0f : p.scale() * dy[i]) << i;
  });
}

TEST(Dropout, BeforeTheReluIsTheSameFunctionAsAfterIt) {
  const Dropout p{4099, 0.4f, 2};
  const auto relu = [](std::vector<float> v) {
    for (float& value : v) value = value <= 0 ? 0 : value;
    return v;
  };
  const auto x = random_values(p.size, 5);
  std::vector<float> before, after;
  forward(p, some_state(), x, [&](const std::vector<float>& y) { before = relu(y); });
  forward(p, some_state(), relu(x), [&](const std::vector<float>& y) { after = y; });
  EXPECT_EQ(before, after);
}

TEST(DropoutReference, GradientByDifferences) {
  const Dropout p{53, 0.4f, 1};
  const auto x = random_values<double>(p.size, 6), weights = random_values<double>(p.size, 7);
  EXPECT_TRUE(is_gradient(
      ref::dropout_backward(p, some_state(), weights, {}),
      [&](const std::vector<double>& at) { return dot(weights, ref::dropout_forward(p, some_state(), at)); }, x));
}

}  // namespace
}  // namespace gs::test
