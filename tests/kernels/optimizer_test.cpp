// optimizer_test.cpp - every optimizer, on every target, against its formula in fp64 over several steps; and some first
// steps by hand.
#include "kernels/optimizer/optimizers.h"
#include "kernels/step/step_ref.h"
#include "tests/support/compare.h"
#include "tests/support/errors.h"
#include "tests/support/thread_counts.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// A problem, and the boundaries that it points to.
struct OptimizerCase {
  std::vector<std::int64_t> boundaries;
  Optimizer p;

  OptimizerCase(const Optimizer& problem, std::int64_t size, std::vector<std::int64_t> at)
      : boundaries(std::move(at)), p(problem) {
    p.size = size;
    p.boundaries = boundaries.data();
    p.segments = int(boundaries.size()) - 1;
  }
  OptimizerCase(OptimizerCase&&) = default;  // moving a vector keeps its elements in place
  std::size_t size() const { return std::size_t(p.size); }
};

/// Boundaries of parameters with one value, with none, and with more than a chunk of 4096.
std::vector<std::int64_t> few_boundaries(std::int64_t size) {
  return size < 7 ? std::vector<std::int64_t>{0, size} : std::vector<std::int64_t>{0, 1, size / 3, size / 3, size};
}
/// Boundaries of more parameters than one launch takes.
std::vector<std::int64_t> many_boundaries(std::int64_t size) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i <= 400; ++i) all.push_back(size * i / 400);
  return all;
}

/// Every optimizer with each option that changes its formula: weight decay, both kinds of momentum.
std::vector<Optimizer> optimizers_to_test() {
  std::vector<Optimizer> list;
  for (const OptimizerRow* row : optimizers())
    for (const float decay : {0.0f, 0.05f}) {
      Optimizer p = usual_optimizer(row->name);
      p.weight_decay = decay;
      list.push_back(p);
      if (!row->usual("momentum")) continue;
      p.momentum = 0.9f;
      list.push_back(p);
      p.nesterov = true;
      list.push_back(p);
    }
  return list;
}

std::vector<OptimizerCase> optimizer_cases() {
  std::vector<OptimizerCase> list;
  for (const Optimizer& p : optimizers_to_test()) {
    for (const std::int64_t size : {1, 7, 64, 1028, 20'003}) list.emplace_back(p, size, few_boundaries(size));
    list.emplace_back(p, 20'003, many_boundaries(20'003));
  }
  return list;
}

std::string describe(const OptimizerCase& c) {
  return (testing::Message() << c.p.name << ", " << c.p.size << " parameters in " << c.p.segments << ", momentum "
                             << c.p.momentum << ", decay " << c.p.weight_decay)
      .GetString();
}

StepState first_step(const Optimizer& p) {
  StepState state;
  state.learning_rate = 0.01f;
  state.beta1_power = p.beta1;
  state.beta2_power = p.beta2;
  return state;
}

/// The buffers of a run on a target, from its start.
struct Buffers {
  const OptimizerCase& c;
  GuardedArray<float> parameters, moment1, moment2;

  Buffers(const OptimizerCase& of, const std::vector<float>& start)
      : c(of),
        parameters(start),
        moment1(std::vector<float>(of.size(), 0)),
        moment2(std::vector<float>(of.size(), 0)) {}
  template <class Launch>
  void step(const Launch& launch, const StepState& state, const std::vector<float>& g, bf16* copy = nullptr) {
    DeviceArray<float> gradients(g);
    DeviceArray<StepState> at(std::vector{state});
    launch(parameters.data(), c.p.moments() > 0 ? moment1.data() : nullptr,
           c.p.moments() > 1 ? moment2.data() : nullptr, copy, gradients.data(), at.data());
  }
};

TEST(Optimizer, ThreeStepsAgainstTheReference) {
  for (const OptimizerCase& c : optimizer_cases()) {
    SCOPED_TRACE(describe(c));
    const auto start = random_values(c.p.size, 1);
    for_each_variant<Update>(c.p, [&](auto launch) {
      Buffers on_target(c, start);
      std::vector<double> want = widen(start), want1(c.size()), want2(c.size());
      StepState state = first_step(c.p);
      for (int step = 0; step < 3; ++step) {
        const auto g = random_values(c.p.size, 10 + std::uint64_t(step));
        const auto exact = widen(g);
        on_target.step(launch, state, g);
        optimizer_called(c.p.name).reference(c.p, state, {want, want1, want2, exact});
        state = ref::advance(state, {true, c.p.beta1, c.p.beta2});
      }
      // Parameters below 1.1, moments below 3: a dozen roundings each of three steps.
      EXPECT_TRUE(agree(on_target.parameters.values(), want, bound(1, 1, 4)));
      EXPECT_TRUE(agree(on_target.moment1.values(), want1, bound(3, 3, 4)));
      EXPECT_TRUE(agree(on_target.moment2.values(), want2, bound(3, 3, 4)));
      for (auto* array : {&on_target.parameters, &on_target.moment1, &on_target.moment2}) EXPECT_TRUE(array->intact());
    });
    if (HasFailure()) return;
  }
}

/// More groups of four than the most threads that update_groups.h launches, so that they take two each.
TEST(Optimizer, ThreadsTakeSeveralGroups) {
  const OptimizerCase c(usual_optimizer("sgd"), 4 * (2 * 132 * 256 + 1), {});
  const auto start = random_values(c.p.size, 1), g = random_values(c.p.size, 2);
  std::vector<double> want = widen(start);
  const auto exact = widen(g);
  optimizer_called(c.p.name).reference(c.p, first_step(c.p), {want, {}, {}, exact});
  for_each_variant<Update>(c.p, [&](auto launch) {
    Buffers on_target(c, start);
    on_target.step(launch, first_step(c.p), g);
    EXPECT_TRUE(agree(on_target.parameters.values(), want, bound(1, 1, 4)));
  });
}

/// One buffer at a time begins 4 bytes (the copy: 2) past a multiple of 16.
TEST(Optimizer, TheSameBitsAtEveryAlignment) {
  for (const OptimizerRow* row : optimizers()) {
    OptimizerCase c(usual_optimizer(row->name), 64, {0, 64});
    c.p.bf16_copy = true;
    SCOPED_TRACE(describe(c));
    const auto start = random_values(c.p.size + 1, 1), g = random_values(c.p.size + 1, 2);
    for_each_variant<Update>(c.p, [&](auto launch) {
      std::vector<float> aligned;
      for (int shifted = -1; shifted < 5; ++shifted) {
        const auto from = [&](int buffer) { return std::size_t(buffer == shifted); };
        // Values move with the buffer's begin.
        const auto placed = [&](int buffer, std::vector<float> values) {
          if (!from(buffer))
            values.pop_back();
          else
            std::rotate(values.begin(), values.end() - 1, values.end());
          return values;
        };
        GuardedArray<float> p(placed(0, start)), m(placed(1, std::vector<float>(65, 0))),
            v(placed(2, std::vector<float>(65, 0)));
        DeviceArray<float> gradients(placed(4, g));
        GuardedArray<bf16> copy(c.size() + from(3));
        DeviceArray<StepState> at(std::vector{first_step(c.p)});
        launch(p.data() + from(0), c.p.moments() > 0 ? m.data() + from(1) : nullptr,
               c.p.moments() > 1 ? v.data() + from(2) : nullptr, copy.data() + from(3), gradients.data() + from(4),
               at.data());
        std::vector<float> all;
        const auto append = [&](const auto& array, std::size_t begin) {
          const auto values = array.values();
          for (std::size_t i = 0; i < c.size(); ++i) all.push_back(widened(values[begin + i]));
        };
        append(p, from(0)), append(m, from(1)), append(v, from(2)), append(copy, from(3));
        if (shifted < 0) aligned = all;
        EXPECT_EQ(all, aligned) << "buffer " << shifted;
        EXPECT_TRUE(p.intact() && m.intact() && v.intact() && copy.intact());
      }
    });
  }
}

TEST(Optimizer, TheCopyInBf16IsTheNewParametersRounded) {
  for (OptimizerCase& c : optimizer_cases()) {
    c.p.bf16_copy = true;
    SCOPED_TRACE(describe(c));
    auto start = random_values(c.p.size, 1);
    start[c.size() / 2] = NAN;
    for_each_variant<Update>(c.p, [&](auto launch) {
      Buffers on_target(c, start);
      GuardedArray<bf16> copy(c.size());
      on_target.step(launch, first_step(c.p), random_values(c.p.size, 2), copy.data());
      const auto master = on_target.parameters.values();
      const auto rounded_ones = copy.values();
      for (std::size_t i = 0; i < c.size(); ++i)
        ASSERT_EQ(rounded_ones[i].bits, rounded<bf16>(master[i]).bits) << "parameter " << i;
      EXPECT_TRUE(copy.intact());
    });
    if (HasFailure()) return;
  }
}

/// Two parameters of one value each: NaN in the first one's gradient.
TEST(Optimizer, NanGradientsAreSeen) {
  for (const OptimizerRow* row : optimizers()) {
    const OptimizerCase c(usual_optimizer(row->name), 2, {0, 1, 2});
    SCOPED_TRACE(describe(c));
    for_each_variant<Update>(c.p, [&](auto launch) {
      Buffers on_target(c, {1, 1});
      on_target.step(launch, first_step(c.p), {NAN, 1});
      EXPECT_TRUE(std::isnan(on_target.parameters.values()[0]));
      EXPECT_TRUE(std::isfinite(on_target.parameters.values()[1]));
    });
  }
}

TEST(Optimizer, TheSameBitsForEveryNumberOfThreads) {
  for (const OptimizerRow* row : optimizers()) {
    const OptimizerCase c(usual_optimizer(row->name), 50'001, few_boundaries(50'001));
    SCOPED_TRACE(describe(c));
    expect_same_for_every_number_of_threads([&] {
      std::vector<std::vector<float>> all;
      for_each_variant<Update>(c.p, [&](auto launch) {
        Buffers on_target(c, random_values(c.p.size, 1));
        on_target.step(launch, first_step(c.p), random_values(c.p.size, 2));
        all.push_back(on_target.parameters.values());
      });
      return all;
    });
  }
}

/// The first step from `start` must give `parameters`, and `first_moment` as the first value of moment1.
void expect_first_step(const OptimizerCase& c, const std::vector<float>& start, const std::vector<float>& gradients,
                       const std::vector<double>& parameters, double first_moment) {
  SCOPED_TRACE(describe(c));
  for_each_variant<Update>(c.p, [&](auto launch) {
    Buffers on_target(c, start);
    on_target.step(launch, first_step(c.p), gradients);
    EXPECT_TRUE(agree(on_target.parameters.values(), parameters, 2e-6));
    EXPECT_TRUE(agree(on_target.moment1.values()[0], first_moment, 2e-6 * std::abs(first_moment)));
  });
}

/// By hand: the first step of Adam moves every parameter by the learning rate against its gradient's sign. AdamW
/// shrinks the weight, and its moments never see the decay.
TEST(Optimizer, AdamsFirstStepIsTheLearningRate) {
  Optimizer p = usual_optimizer("adam");
  expect_first_step({p, 3, {0, 3}}, {1, 2, 3}, {0.5f, -1e-3f, 0}, {0.99, 2.01, 3}, 0.05);
  p = usual_optimizer("adamw");
  p.weight_decay = 0.5f;
  expect_first_step({p, 2, {0, 2}}, {2, 2}, {0, 1}, {1.99, 1.98}, 0);
}

/// By hand: a step of lr (sign + wd p), and the moment takes 1 - beta2 of the gradient.
TEST(Optimizer, LionsStepsHaveOneSize) {
  Optimizer p = usual_optimizer("lion");
  p.weight_decay = 0.1f;
  expect_first_step({p, 3, {0, 3}}, {2, 2, -1}, {0.5f, -1e-6f, 0}, {2 - 0.012, 2 + 0.008, -1 + 0.001}, 0.005);
}

/// By hand: the direction of the first step is 1 for each of two parameters with norm 5, so the factor is 5 / sqrt(2).
/// A parameter of zeros has the factor 1.
TEST(Optimizer, LambScalesAStepToTheWeights) {
  expect_first_step({usual_optimizer("lamb"), 3, {0, 2, 3}}, {3, 4, 0}, {1, 1, 1},
                    {3 - 0.05 / std::sqrt(2.0), 4 - 0.05 / std::sqrt(2.0), -0.01}, 0.1);
}

TEST(Optimizer, LambWithoutBoundariesIsRefused) {
  const Optimizer p = usual_optimizer("lamb");
  for (const Registry* registry : tested_registries())
    for (const auto& row : registry->variants<Update>()) EXPECT_FALSE(row.supports(p)) << row.name;
}

TEST(OptimizerRows, HaveVariantsOnEveryTargetAndUsualValues) {
  for (const OptimizerRow* row : optimizers()) {
    SCOPED_TRACE(row->name);
    EXPECT_EQ(&optimizer_called(row->name), row);
    EXPECT_FALSE(row->help.empty());
    const OptimizerCase c(usual_optimizer(row->name), 10, {0, 10});
    EXPECT_EQ(c.p.name, row->name);
    EXPECT_LE(c.p.moments(), 2);
    for (const Registry* registry : tested_registries())
      EXPECT_TRUE(std::ranges::any_of(registry->variants<Update>(), [&](const auto& v) { return v.supports(c.p); }));
  }
  EXPECT_EQ(usual_optimizer("lion").beta2, 0.99f);
  EXPECT_EQ(usual_optimizer("adam"), Optimizer());
}

TEST(OptimizerRows, AnUnknownNameIsRefusedWithTheList) {
  EXPECT_TRUE(refuses<Error>([] { usual_optimizer("adma"); }, {"'adma'", "adam, adamw, lamb, lion, rmsprop, sgd"}));
}

TEST(OptimizerCosts, CountedByHand) {
  const auto bytes = [](std::string_view name, float momentum = 0, bool copy = false) {
    Optimizer p = usual_optimizer(name);
    p.size = 100;
    p.momentum = momentum;
    p.bf16_copy = copy;
    return cost(Update{}, p).bytes;
  };
  EXPECT_EQ(bytes("sgd"), 1200);
  EXPECT_EQ(bytes("sgd", 0.9f), 2000);
  EXPECT_EQ(bytes("rmsprop"), 2000);
  EXPECT_EQ(bytes("lion"), 2000);
  EXPECT_EQ(bytes("lamb"), 2800);
  EXPECT_EQ(bytes("adam"), 2800);
  EXPECT_EQ(bytes("adam", 0, true), 3000);
}

}  // namespace
}  // namespace gs::test
