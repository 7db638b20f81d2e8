// run_diagnostics_test.cpp - constructed diagnoses and the findings expected from them.
#include "engine/train/run_diagnostics.h"

#include <gtest/gtest.h>

#include "engine/train/run_assessment.h"

namespace gs::test {
namespace {

/// One layer of four ReLUs, `silent` of them silent, and a weight that an update changes by `ratio` of its size.
Diagnosis diagnosis(int silent, double ratio) {
  Diagnosis d;
  d.layers = {{"conv1", true, {}}};
  for (int c = 0; c < 4; ++c) d.layers[0].channels.push_back({c < silent ? 0u : 9u, 0u});
  d.parameters = {{"conv1.weight", {1.0, ratio * ratio, 1.0, 0.0}}};
  return d;
}

RunDiagnostics after(int looks, const Diagnosis& d, std::string* said = nullptr) {
  RunDiagnostics diagnostics;
  for (int i = 0; i < looks; ++i) {
    const std::string now = diagnostics.add(d);
    if (said && !now.empty()) *said = now;
  }
  return diagnostics;
}

bool mentions(const RunDiagnostics& diagnostics, const std::string& part) {
  for (const std::string& finding : diagnostics.findings())
    if (finding.find(part) != std::string::npos) return true;
  return false;
}

TEST(RunDiagnostics, HasNothingToSayOfHealthyTraining) {
  std::string said;
  EXPECT_EQ(after(9, diagnosis(1, 1e-3), &said).findings(), std::vector<std::string>{});
  EXPECT_EQ(said, "");
}

TEST(RunDiagnostics, ADeadLayerIsSaidAtOnceAndOnce) {
  const Diagnosis dead = diagnosis(4, 1e-3);
  RunDiagnostics diagnostics;
  int said = 0;
  for (int i = 0; i < 9; ++i) said += !diagnostics.add(dead).empty();
  EXPECT_EQ(said, 1);
  EXPECT_EQ(diagnostics.dead_layer(), "conv1");
  EXPECT_TRUE(mentions(diagnostics, "Dead: all 4 ReLUs of conv1"));
}

TEST(RunDiagnostics, OneLivingBatchIsEnoughToLive) {
  RunDiagnostics diagnostics = after(4, diagnosis(4, 1e-3));
  diagnostics.add(diagnosis(3, 1e-3));
  EXPECT_EQ(diagnostics.dead_layer(), "");
}

TEST(RunDiagnostics, FewBatchesAreNoProof) {
  EXPECT_EQ(after(4, diagnosis(4, 1e-3)).dead_layer(), "");
}

TEST(RunDiagnostics, UpdatesThatAreTooLargeOrTooSmall) {
  EXPECT_TRUE(mentions(after(5, diagnosis(0, 0.2)), "An update changes conv1.weight by 20.0 %"));
  EXPECT_TRUE(mentions(after(5, diagnosis(0, 1e-7)), "a higher --lr"));
  EXPECT_FALSE(mentions(after(5, diagnosis(0, 0.01)), "--lr"));
}

TEST(Diagnosis, NamesWhatFirstWasNotFinite) {
  Diagnosis d = diagnosis(0, 1e-3);
  EXPECT_EQ(d.first_broken(), "");
  d.parameters[0].sums.not_finite = 2;
  EXPECT_NE(d.first_broken().find("conv1.weight"), std::string::npos) << d.first_broken();
  d.layers[0].channels[1].broken = 5;
  EXPECT_NE(d.first_broken().find("the output of conv1 (5 values)"), std::string::npos) << d.first_broken();
}

std::vector<EpochResult> flat(double loss, double val_accuracy) {
  std::vector<EpochResult> h;
  for (int e = 1; e <= 20; ++e) h.push_back({e, loss, 0.6, e == 5 ? loss - 1e-4 : loss, val_accuracy, 1e-5, 1, 100});
  return h;
}

TEST(RunAssessment, UnderFittingSettlesHigh) {
  const AssessmentContext balanced{LossKind::bce, 200, {500, 500}, {100, 100}};
  EXPECT_EQ(assess(flat(0.66, 0.6), balanced).state, RunState::underfitting);
  EXPECT_EQ(assess(flat(0.5, 0.7), balanced).state, RunState::settled);
}

TEST(RunAssessment, UnbalancedClassesMakeAccuracyMislead) {
  const AssessmentContext unbalanced{LossKind::bce, 200, {900, 100}, {180, 20}, 0.55};
  EXPECT_NE(assess(flat(0.2, 0.9), unbalanced).text.find("the balanced accuracy is 0.550"), std::string::npos);
  const AssessmentContext balanced{LossKind::bce, 200, {500, 500}, {100, 100}, 0.7};
  EXPECT_EQ(assess(flat(0.2, 0.9), balanced).text.find("unbalanced"), std::string::npos);
}

TEST(RunAssessment, EndsWithTheFindings) {
  AssessmentContext context{LossKind::bce, 200, {500, 500}, {100, 100}};
  context.findings = {"Dead: it is."};
  EXPECT_TRUE(assess(flat(0.5, 0.7), context).text.ends_with(" Dead: it is."));
}

}  // namespace
}  // namespace gs::test
