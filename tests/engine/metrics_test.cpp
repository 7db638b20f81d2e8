// metrics_test.cpp - metrics of a classifier, by hand.
#include "engine/train/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/core/error.h"

namespace gs {
namespace {

TEST(Metrics, OfTwoClassesByHand) {
  // predictions:      yes    yes     no      no      yes
  const std::vector<float> logits = {2, 0.5f, -1, -0.5f, 1};
  const std::vector<std::int32_t> labels = {1, 0, 0, 1, 1};
  const ClassifierMetrics m = classifier_metrics(logits, 1, labels, 2);
  EXPECT_EQ(m.confusion, (std::vector<std::vector<std::int64_t>>{{1, 1}, {1, 2}}));
  EXPECT_DOUBLE_EQ(m.accuracy, 3.0 / 5);
  EXPECT_DOUBLE_EQ(m.sensitivity, 2.0 / 3);
  EXPECT_DOUBLE_EQ(m.specificity, 1.0 / 2);
  EXPECT_DOUBLE_EQ(m.precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(m.balanced_accuracy, (2.0 / 3 + 1.0 / 2) / 2);
  // five of the six (positive, negative) pairs are in the right order: 2 and 1 exceed both, -0.5 exceeds -1
  EXPECT_NEAR(m.area_under_roc, 5.0 / 6, 1e-12);
}

TEST(Metrics, TiesCountHalf) {
  const ClassifierMetrics m =
      classifier_metrics(std::vector<float>{1, 1, 1, 1}, 1, std::vector<std::int32_t>{0, 1, 1, 0}, 2);
  EXPECT_NEAR(m.area_under_roc, 0.5, 1e-12);
  EXPECT_DOUBLE_EQ(m.specificity, 0);
}

TEST(Metrics, WithoutPositivesThereIsNoRoc) {
  const ClassifierMetrics m = classifier_metrics(std::vector<float>{-1, -2}, 1, std::vector<std::int32_t>{0, 0}, 2);
  EXPECT_TRUE(std::isnan(m.sensitivity));
  EXPECT_TRUE(std::isnan(m.area_under_roc));
  EXPECT_TRUE(std::isnan(m.precision));
  EXPECT_DOUBLE_EQ(m.balanced_accuracy, 1);
  EXPECT_TRUE(roc_curve(std::vector<double>{1, 2}, std::vector<std::int32_t>{0, 0}).empty());
}

TEST(Metrics, TopFiveOfSeven) {
  std::vector<float> logits;  // image i: class (i + 1) % 7 is the largest, then the next ones
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 7; ++k) logits.push_back(float(-((k - i - 1 + 14) % 7)));
  const ClassifierMetrics m = classifier_metrics(logits, 7, std::vector<std::int32_t>{1, 6, 2}, 7);
  EXPECT_DOUBLE_EQ(m.accuracy, 1.0 / 3);  // right, fifth, seventh
  EXPECT_DOUBLE_EQ(m.top5_accuracy, 2.0 / 3);
  EXPECT_EQ(m.confusion[6][2], 1);
}

TEST(Metrics, TheFirstLargestLogitSaysTheClass) {
  const ClassifierMetrics m = classifier_metrics(std::vector<float>{1, 1, 0}, 3, std::vector<std::int32_t>{0}, 3);
  EXPECT_DOUBLE_EQ(m.accuracy, 1);
}

TEST(Roc, GoesFromNothingToEverything) {
  const auto curve = roc_curve(std::vector<double>{3, 2, 2, 1}, std::vector<std::int32_t>{1, 0, 1, 0});
  ASSERT_EQ(curve.size(), 4u);
  const double x[] = {0, 0, 0.5, 1}, y[] = {0, 0.5, 1, 1};
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_DOUBLE_EQ(curve[i].false_positive_rate, x[i]);
    EXPECT_DOUBLE_EQ(curve[i].true_positive_rate, y[i]);
  }
}

TEST(Probabilities, SigmoidAndSoftmax) {
  const auto two = probabilities(std::vector<float>{0, 100}, 1);
  EXPECT_EQ(two, std::vector<double>({0.5, 0.5, two[2], 1}));
  EXPECT_GE(two[2], 0);
  const auto three = probabilities(std::vector<float>{1000, 1000, 0}, 3);  // no overflow
  EXPECT_NEAR(three[0], 0.5, 1e-12);
  EXPECT_NEAR(three[2], 0, 1e-12);
}

TEST(Metrics, SizesMustFit) {
  EXPECT_THROW(classifier_metrics(std::vector<float>{1, 2, 3}, 2, std::vector<std::int32_t>{0}, 2), Error);
}

}  // namespace
}  // namespace gs
