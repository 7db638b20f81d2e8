// diagnosis_test.cpp - diagnostic steps: same bits, correct counts, the name of the broken layer; snapshots; learning
// rate schedules; the logits of a whole split.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "engine/core/error.h"
#include "engine/train/metrics.h"
#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

constexpr int diagnosis_side = 14;

Net diagnosed_lenet() {
  return lenet({.input = {diagnosis_side, diagnosis_side, 1}, .base = 3, .dropout = 0.25f});
}
Recipe diagnosis_recipe() {
  Recipe recipe;
  recipe.batch = 4;
  recipe.epochs = 3;
  recipe.learning_rate = 2e-3f;
  return recipe;
}

class DiagnosisOn : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    device_ = test::open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  std::unique_ptr<Program> program(const Recipe& recipe = diagnosis_recipe()) {
    auto p =
        std::make_unique<Program>(diagnosed_lenet(), recipe, *device_, ImplementationChoice{.rule = GetParam().rule});
    p->initialize();
    return p;
  }
  std::unique_ptr<Device> device_;
};

TEST_P(DiagnosisOn, ADiagnosticStepHasTheBitsOfANormalOne) {
  const DataSplits data = test::tiny_splits(18, 7, diagnosis_side);
  std::vector<std::vector<float>> parameters;
  for (const bool diagnose : {false, true}) {
    const auto p = program();
    TrainerCallbacks callbacks;
    int seen = 0;
    if (diagnose) callbacks.diagnosis = [&](int, const Diagnosis&) { ++seen; };
    Trainer(*p, data).run(callbacks);
    EXPECT_EQ(seen, diagnose ? 3 : 0);
    parameters.push_back(p->parameters());
  }
  EXPECT_EQ(parameters[0], parameters[1]);
}

TEST_P(DiagnosisOn, CountsWhatTheStepDid) {
  const auto p = program();
  test::BoundTraining training(*p, test::tiny_splits(4, 1, diagnosis_side).train);
  training.begin(0, {0, 1, 2, 3});
  const std::vector<float> before = p->parameters();
  p->diagnostic_step();
  const Diagnosis d = p->diagnosis();
  const std::vector<float> after = p->parameters();
  EXPECT_EQ(d.first_broken(), "");
  ASSERT_EQ(d.layers.size(), 4u);
  EXPECT_EQ(d.layers[0].layer, "conv1");
  EXPECT_TRUE(d.layers[0].relu);
  EXPECT_FALSE(d.layers[3].relu);
  EXPECT_EQ(d.layers[0].channels.size(), 3u);
  for (const ChannelActivity& c : d.layers[0].channels) EXPECT_LE(c.positive, 4u * diagnosis_side * diagnosis_side);
  std::size_t at = 0;
  for (const Layer& layer : p->net().layers)
    for (const Parameter& parameter : layer.parameters) {
      const auto found = std::find_if(d.parameters.begin(), d.parameters.end(),
                                      [&](const ParameterDiagnosis& x) { return x.parameter == parameter.name; });
      ASSERT_NE(found, d.parameters.end()) << parameter.name;
      double weight = 0, change = 0;
      for (std::int64_t i = 0; i < parameter.size(); ++i, ++at) {
        weight += std::pow(double(before[at]), 2);
        change += std::pow(double(after[at]) - double(before[at]), 2);
      }
      EXPECT_NEAR(found->sums.weight, weight, 1e-5 * weight) << parameter.name;
      EXPECT_NEAR(found->sums.change, change, 1e-3 * change + 1e-12) << parameter.name;
      if (weight > 0) {
        EXPECT_NEAR(found->update_to_weight(), std::sqrt(change / weight), 1e-3) << parameter.name;
      }
    }
}

TEST_P(DiagnosisOn, RestoreGoesBackToTheSnapshot) {
  const auto p = program();
  test::BoundTraining training(*p, test::tiny_splits(8, 1, diagnosis_side).train);
  const std::vector<std::uint32_t> order{0, 1, 2, 3, 4, 5, 6, 7};
  training.run_epoch(0, order);
  p->snapshot();
  const std::vector<float> first = training.run_epoch(1, order), after = p->parameters();
  p->restore();
  EXPECT_NE(p->parameters(), after);
  EXPECT_EQ(training.run_epoch(1, order), first) << "moments and the step's number come back too";
  EXPECT_EQ(p->parameters(), after);
}

TEST_P(DiagnosisOn, TheLayerThatBrokeIsNamed) {
  const auto p = program();
  std::vector<float> parameters = p->parameters();
  parameters[std::size_t(p->net().layers[0].parameter_count())] = NAN;  // conv2's first weight
  p->set_parameters(parameters);
  try {
    Trainer(*p, test::tiny_splits(18, 7, diagnosis_side)).run();
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("conv2"), std::string::npos) << error.what();
  }
}

TEST_P(DiagnosisOn, EvaluationGivesTheLogitsOfEveryImage) {
  const DataSplits data = test::tiny_splits(18, 7, diagnosis_side);
  const auto p = program();
  Trainer trainer(*p, data);
  for (const Split split : {Split::training, Split::validation}) {
    const Dataset& images = split == Split::training ? data.train : data.validation;
    const Evaluation e = trainer.evaluate(split);
    ASSERT_EQ(e.logits.size(), images.labels.size());
    EXPECT_NEAR(classifier_metrics(e.logits, 1, images.labels, 2).accuracy, e.accuracy, 1e-12);
    double loss = 0;
    for (std::size_t i = 0; i < e.logits.size(); ++i)
      loss += std::log1p(std::exp(images.labels[i] == 1 ? -double(e.logits[i]) : double(e.logits[i])));
    EXPECT_NEAR(loss / double(e.logits.size()), e.loss, 1e-5);
  }
}

TEST_P(DiagnosisOn, TheCallerMayStopARun) {
  const auto p = program();
  TrainerCallbacks callbacks;
  int epochs = 0;
  callbacks.epoch = [&](const EpochResult&, bool) { ++epochs; };
  callbacks.stop = [&] { return epochs == 2; };
  EXPECT_EQ(Trainer(*p, test::tiny_splits(18, 7, diagnosis_side)).run(callbacks).history.size(), 2u);
}

TEST_P(DiagnosisOn, TheScheduleSetsTheRateOfEachEpoch) {
  Recipe recipe = diagnosis_recipe();
  recipe.schedule = {.kind = Schedule::Kind::step, .step_epochs = 1, .step_factor = 0.5f};
  const auto p = program(recipe);
  std::vector<double> rates;
  for (const EpochResult& e : Trainer(*p, test::tiny_splits(18, 7, diagnosis_side)).run().history)
    rates.push_back(e.learning_rate);
  ASSERT_EQ(rates.size(), 3u);
  EXPECT_NEAR(rates[1] / rates[0], 0.5, 1e-6);
  EXPECT_NEAR(rates[2] / rates[0], 0.25, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(All, DiagnosisOn, testing::ValuesIn(test::engines), test::name_of);

TEST(Schedule, FactorsByHand) {
  EXPECT_EQ(Schedule{}.factor(7, 10), 1);
  const Schedule step{.kind = Schedule::Kind::step, .step_epochs = 3, .step_factor = 0.1f};
  EXPECT_NEAR(step.factor(2, 10), 1, 1e-7);
  EXPECT_NEAR(step.factor(3, 10), 0.1, 1e-7);
  EXPECT_NEAR(step.factor(6, 10), 0.01, 1e-7);
  const Schedule cosine{.kind = Schedule::Kind::cosine};
  EXPECT_NEAR(cosine.factor(0, 10), 1, 1e-12);
  EXPECT_NEAR(cosine.factor(5, 10), 0.5, 1e-12);
  EXPECT_NEAR(cosine.factor(9, 10), (1 + std::cos(std::numbers::pi * 0.9)) / 2, 1e-12);
  const Schedule warm{.kind = Schedule::Kind::cosine, .warm_up_epochs = 4};
  EXPECT_NEAR(warm.factor(0, 10), 0.2, 1e-12);
  EXPECT_NEAR(warm.factor(3, 10), 0.8, 1e-12);
  EXPECT_NEAR(warm.factor(4, 10), 1, 1e-12);
  EXPECT_NEAR(warm.factor(7, 10), 0.5, 1e-12);
}

}  // namespace
}  // namespace gs
