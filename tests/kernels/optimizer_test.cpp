// optimizer_test.cpp - SGD, RMSprop, Adam and AdamW on every target against fp64, over several steps.
#include "kernels/optimizer/optimizer_ref.h"
#include "kernels/step/step_ref.h"
#include "tests/support/compare.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

std::vector<Optimizer> problems() {
  std::vector<Optimizer> list;
  for (std::int64_t n : {1, 7, 64, 1029, 20'003})
    for (float decay : {0.0f, 0.01f}) {
      list.push_back({.kind = OptimizerKind::sgd, .size = n, .weight_decay = decay});
      list.push_back({.kind = OptimizerKind::sgd, .size = n, .momentum = 0.9f, .weight_decay = decay});
      list.push_back({.kind = OptimizerKind::rmsprop, .size = n, .weight_decay = decay});
      list.push_back({.kind = OptimizerKind::adam, .size = n, .weight_decay = decay});
      list.push_back({.kind = OptimizerKind::adamw, .size = n, .weight_decay = 100 * decay});
      list.push_back(
          {.kind = OptimizerKind::sgd, .size = n, .momentum = 0.9f, .weight_decay = decay, .nesterov = true});
    }
  return list;
}

constexpr bf16* no_copy = nullptr;

StepState first_step(const Optimizer& p) {
  StepState state;
  state.learning_rate = 0.01f;
  state.beta1_power = p.beta1;
  state.beta2_power = p.beta2;
  return state;
}

TEST(Optimizer, ThreeStepsAgainstTheReference) {
  for (const Optimizer& p : problems()) {
    SCOPED_TRACE("kind " + std::to_string(int(p.kind)) + ", " + std::to_string(p.size) + " parameters, momentum " +
                 std::to_string(p.momentum) + ", decay " + std::to_string(p.weight_decay));
    const std::size_t n = std::size_t(p.size);
    const auto start = random_values(p.size, 1);
    for_each_variant<Update>(p, [&](auto launch) {
      GuardedArray<float> parameters(start), moment1(std::vector<float>(n, 0)), moment2(std::vector<float>(n, 0));
      std::vector<double> want = widen(start), want1(n), want2(n);
      StepState state = first_step(p);
      for (int step = 0; step < 3; ++step) {
        const auto g = random_values(p.size, 10 + std::uint64_t(step));
        DeviceArray<float> gradients(g);
        DeviceArray<StepState> at(std::vector{state});
        launch(parameters.data(), p.moments() > 0 ? moment1.data() : nullptr,
               p.moments() > 1 ? moment2.data() : nullptr, no_copy, gradients.data(), at.data());
        ref::update(p, state, want, want1, want2, widen(g));
        state = ref::advance(state, {true, p.beta1, p.beta2});
      }
      // Parameters below 1.1, moments below 3: a dozen roundings each of three steps.
      EXPECT_TRUE(agree(parameters.values(), want, bound(1, 1, 4)));
      EXPECT_TRUE(agree(moment1.values(), want1, bound(3, 3, 4)));
      EXPECT_TRUE(agree(moment2.values(), want2, bound(3, 3, 4)));
      for (auto* array : {&parameters, &moment1, &moment2}) EXPECT_TRUE(array->intact());
    });
    if (HasFailure()) return;
  }
}

/// By hand: the first step of Adam moves every parameter by the learning rate against its gradient's sign.
TEST(Optimizer, AdamsFirstStepIsTheLearningRate) {
  const Optimizer p{.kind = OptimizerKind::adam, .size = 3};
  for_each_variant<Update>(p, [&](auto launch) {
    GuardedArray<float> parameters(std::vector<float>{1, 2, 3}), m(std::vector<float>(3, 0)),
        v(std::vector<float>(3, 0));
    DeviceArray<float> gradients(std::vector<float>{0.5f, -1e-3f, 0});
    DeviceArray<StepState> at(std::vector{first_step(p)});
    launch(parameters.data(), m.data(), v.data(), no_copy, gradients.data(), at.data());
    EXPECT_TRUE(agree(parameters.values(), std::vector<double>{0.99, 2.01, 3}, 2e-6));
  });
}

/// By hand: AdamW shrinks the weight, and its moments never see the decay.
TEST(Optimizer, AdamWDecaysTheWeightItself) {
  const Optimizer p{.kind = OptimizerKind::adamw, .size = 2, .weight_decay = 0.5f};
  for_each_variant<Update>(p, [&](auto launch) {
    GuardedArray<float> parameters(std::vector<float>{2, 2}), m(std::vector<float>(2, 0)), v(std::vector<float>(2, 0));
    DeviceArray<float> gradients(std::vector<float>{0, 1});
    DeviceArray<StepState> at(std::vector{first_step(p)});
    launch(parameters.data(), m.data(), v.data(), no_copy, gradients.data(), at.data());
    EXPECT_TRUE(agree(parameters.values(), std::vector<double>{1.99, 1.98}, 2e-6));
    EXPECT_EQ(m.values()[0], 0);
  });
}

TEST(Optimizer, TheCopyInBf16IsTheNewParametersRounded) {
  for (Optimizer p : problems()) {
    p.bf16_copy = true;
    SCOPED_TRACE("kind " + std::to_string(int(p.kind)) + ", " + std::to_string(p.size) + " parameters");
    const std::size_t n = std::size_t(p.size);
    auto start = random_values(p.size, 1);
    start[n / 2] = NAN;
    for_each_variant<Update>(p, [&](auto launch) {
      GuardedArray<float> parameters(start), m(std::vector<float>(n, 0)), v(std::vector<float>(n, 0));
      GuardedArray<bf16> copy(n);
      DeviceArray<float> gradients(random_values(p.size, 2));
      DeviceArray<StepState> at(std::vector{first_step(p)});
      launch(parameters.data(), p.moments() > 0 ? m.data() : nullptr, p.moments() > 1 ? v.data() : nullptr, copy.data(),
             gradients.data(), at.data());
      const auto master = parameters.values();
      const auto rounded_ones = copy.values();
      for (std::size_t i = 0; i < n; ++i)
        ASSERT_EQ(rounded_ones[i].bits, rounded<bf16>(master[i]).bits) << "parameter " << i;
      EXPECT_TRUE(copy.intact());
    });
    if (HasFailure()) return;
  }
}

TEST(Optimizer, NanGradientsAreSeen) {
  for (OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::rmsprop, OptimizerKind::adam, OptimizerKind::adamw}) {
    const Optimizer p{.kind = kind, .size = 2};
    for_each_variant<Update>(p, [&](auto launch) {
      GuardedArray<float> parameters(std::vector<float>{1, 1}), m(std::vector<float>(2, 0)),
          v(std::vector<float>(2, 0));
      DeviceArray<float> gradients(std::vector<float>{NAN, 1});
      DeviceArray<StepState> at(std::vector{first_step(p)});
      launch(parameters.data(), m.data(), v.data(), no_copy, gradients.data(), at.data());
      EXPECT_TRUE(std::isnan(parameters.values()[0]));
      EXPECT_TRUE(std::isfinite(parameters.values()[1]));
    });
  }
}

}  // namespace
}  // namespace gs::test
