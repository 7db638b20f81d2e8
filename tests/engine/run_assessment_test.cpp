// run_assessment_test.cpp - constructed histories and the findings expected from them.
#include "engine/train/run_assessment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/core/error.h"

namespace gs::test {
namespace {

using Curve = std::function<double(int)>;

std::vector<EpochResult> history(int epochs, const Curve& loss, const Curve& val_loss, double val_accuracy = 0.8) {
  std::vector<EpochResult> h;
  for (int e = 1; e <= epochs; ++e) h.push_back({e, loss(e), 0.85, val_loss(e), val_accuracy, 1e-5, 1, 100});
  return h;
}

const AssessmentContext balanced{LossKind::bce, 200, {500, 500}, {100, 100}};

TEST(RunAssessment, StuckAtLnTwo) {
  const auto flat = [](int) { return 0.6932; };
  const RunAssessment a = assess(history(20, flat, flat, 0.5), balanced);
  EXPECT_EQ(a.state, RunState::stuck);
  EXPECT_NE(a.text.find("ln 2 = 0.6931"), std::string::npos) << a.text;
  EXPECT_NE(a.text.find("cannot be told from always answering"), std::string::npos) << a.text;
}

TEST(RunAssessment, DataWithoutContentAreBlamedAndNoRate) {
  const auto flat = [](int) { return 0.6932; };
  AssessmentContext black = balanced;
  black.lack_of_content = "every pixel is 0";
  const RunAssessment a = assess(history(20, flat, flat, 0.5), black);
  EXPECT_EQ(a.state, RunState::stuck);
  EXPECT_NE(a.text.find("The data are at fault, no setting: every pixel is 0"), std::string::npos) << a.text;
  EXPECT_EQ(a.text.find("--lr"), std::string::npos) << a.text;
}

TEST(RunAssessment, StuckAtTheClassSharesOfUnbalancedData) {
  const double entropy = -0.9 * std::log(0.9) - 0.1 * std::log(0.1);
  const auto flat = [&](int) { return entropy; };
  const RunAssessment a = assess(history(20, flat, flat, 0.9), {LossKind::bce, 200, {900, 100}, {180, 20}});
  EXPECT_EQ(a.state, RunState::stuck);
  EXPECT_EQ(a.text.find("ln 2"), std::string::npos) << a.text;
  EXPECT_NE(a.text.find("0.3251"), std::string::npos) << a.text;
}

TEST(RunAssessment, StillImproving) {
  const RunAssessment a = assess(history(
                                     20, [](int e) { return 0.69 - 0.01 * e; }, [](int e) { return 0.7 - 0.008 * e; }),
                                 balanced);
  EXPECT_EQ(a.state, RunState::improving);
  EXPECT_EQ(a.best_epoch, 20);
}

TEST(RunAssessment, AnEpochWithoutAValidationLossIsNotTheBest) {
  const double nan = std::nan("");
  const auto loss = [](int e) { return 0.69 - 0.01 * e; };
  EXPECT_EQ(assess(history(3, loss, [&](int e) { return e == 1 ? nan : 0.7 - 0.01 * e; }), balanced).best_epoch, 3);
  EXPECT_EQ(assess(history(3, loss, [&](int e) { return e == 2 ? nan : 0.5 + 0.01 * e; }), balanced).best_epoch, 1);
}

TEST(RunAssessment, OverFittingSinceTheLowestValidationLoss) {
  const RunAssessment a = assess(
      history(
          40, [](int e) { return 0.6 * std::pow(0.95, e); }, [](int e) { return 0.5 + 0.0005 * (e - 12) * (e - 12); }),
      balanced);
  EXPECT_EQ(a.state, RunState::overfitting);
  EXPECT_EQ(a.best_epoch, 12);
  EXPECT_NE(a.text.find("Over-fitting since epoch 12"), std::string::npos) << a.text;
}

TEST(RunAssessment, Unstable) {
  const RunAssessment a =
      assess(history(
                 20, [](int e) { return e % 2 ? 0.4 : 0.55; }, [](int e) { return e % 2 ? 0.5 : 0.6; }),
             balanced);
  EXPECT_EQ(a.state, RunState::unstable);
}

TEST(RunAssessment, JitterOfAMemorisedSetIsNotInstability) {
  const RunAssessment a = assess(history(
                                     20, [](int e) { return e % 2 ? 1e-4 : 3e-4; }, [](int) { return 0.5; }),
                                 balanced);
  EXPECT_EQ(a.state, RunState::settled);
}

TEST(RunAssessment, TooShort) {
  const auto falling = [](int e) { return 0.6 - 0.01 * e; };
  EXPECT_EQ(assess(history(3, falling, falling), balanced).state, RunState::too_short);
  EXPECT_EQ(assess({}, balanced).state, RunState::too_short);
  EXPECT_NE(assess(history(4, falling, falling), balanced).state, RunState::too_short);
}

TEST(RunAssessment, StandardErrorOfTheAccuracy) {
  const auto falling = [](int e) { return 0.6 - 0.01 * e; };
  const RunAssessment a = assess(history(20, falling, falling, 0.8), balanced);
  EXPECT_DOUBLE_EQ(a.accuracy_error, std::sqrt(0.8 * 0.2 / 200));
  EXPECT_NE(a.text.find("0.800 +- 0.028"), std::string::npos) << a.text;
  EXPECT_EQ(a.text.find("cannot be told"), std::string::npos) << a.text;
}

TEST(RunAssessment, HingeBehindASigmoidHasAFloor) {
  const auto falling = [](int e) { return 0.9 - 0.01 * e; };
  const RunAssessment a = assess(history(20, falling, falling), {LossKind::hinge_sigmoid, 200, {500, 500}, {100, 100}});
  EXPECT_NE(a.text.find("cannot go below 0.500"), std::string::npos) << a.text;
}

TEST(ConstantAnswer, LossesByHand) {
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::bce, {5, 5}), std::log(2));
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::softmax, {3, 3, 3}), std::log(3));
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::hinge, {5, 5}), 1);
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::hinge, {9, 1}), 0.2);
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::hinge_sigmoid, {1, 3}), 0.5);
  EXPECT_DOUBLE_EQ(constant_answer_loss(LossKind::hinge_sigmoid, {3, 1}), 1);
  EXPECT_THROW(constant_answer_loss(LossKind::bce, {5}), Error);
}

}  // namespace
}  // namespace gs::test
