// train_plan_test.cpp - settings derived from the flags: loss, positive class, precision, implementations.
#include "apps/run/train_plan.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"

namespace gs::test {
namespace {

TEST(Loss, FollowsTheNumberOfClasses) {
  apps::TrainOptions o;
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::bce);
  EXPECT_EQ(apps::choose_loss(o, 3), LossKind::softmax);
  o.loss = "softmax";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::softmax);
  o.loss = "hinge";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::hinge);
  o.output = "sigmoid";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::hinge_sigmoid);
  EXPECT_THROW(apps::choose_loss(o, 3), UsageError);
  o.loss = "bce";
  EXPECT_THROW(apps::choose_loss(o, 3), UsageError);
}

TEST(Positive, TurnsLabelsAround) {
  DataSplits data;
  data.classes = {"cat", "dog"};
  data.train.labels = {0, 1, 1};
  data.validation.labels = {1};
  apps::make_positive_one(data, "dog");
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 1}));
  apps::make_positive_one(data, "cat");
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 0, 0}));
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{0}));
}

TEST(Precision, IsWhatWasAskedForElseTheDevicesOwn) {
  EXPECT_EQ(apps::choose_precision(std::nullopt, "cuda"), Precision::tf32);
  EXPECT_EQ(apps::choose_precision(std::nullopt, "cpu"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision("fp32", "cuda"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision(std::nullopt, "sim"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision("tf32", "sim"), Precision::tf32);
  EXPECT_EQ(apps::choose_precision("tf32", "cpu"), Precision::tf32);
  for (const char* device : {"cpu", "sim", "cuda"}) EXPECT_EQ(apps::choose_precision("bf16", device), Precision::bf16);
  EXPECT_EQ(apps::tf32_allowed("bf16"), false);
  EXPECT_EQ(apps::tf32_allowed("tf32"), true);
  EXPECT_EQ(apps::tf32_allowed(std::nullopt), std::nullopt);
}

TEST(Implementations, RulesAndEntries) {
  apps::TrainOptions o;
  o.implementation = "own, conv1 forward = direct ,dense2 forward=tiled";
  const ImplementationChoice choice = apps::choose_implementations(o);
  EXPECT_EQ(choice.rule, "own");
  EXPECT_EQ(choice.fixed, (ImplementationTable{{"conv1 forward", "direct"}, {"dense2 forward", "tiled"}}));
}

TEST(Implementations, TheKnobsOfAPlanBelongTogether) {
  apps::TrainOptions o;
  o.implementation = "conv1=cudnn:eng13{2=4,5=1},conv2=direct";
  EXPECT_EQ(apps::choose_implementations(o).fixed,
            (ImplementationTable{{"conv1", "cudnn:eng13{2=4,5=1}"}, {"conv2", "direct"}}));
}

}  // namespace
}  // namespace gs::test
