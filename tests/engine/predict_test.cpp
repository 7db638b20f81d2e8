// predict_test.cpp - predict() gives the trainer's own logits, disturbs no training, refuses data that does not fit.
#include "engine/train/predict.h"

#include <gtest/gtest.h>

#include "engine/train/trainer.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/errors.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

constexpr int predicted_side = 12;

class Predict : public testing::TestWithParam<test::Engine> {
 protected:
  void SetUp() override {
    device_ = test::open(GetParam());
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  std::unique_ptr<Program> program() const {
    Recipe recipe;
    recipe.batch = 4;
    recipe.epochs = 2;
    recipe.learning_rate = 1e-3f;
    recipe.precision = GetParam().precision;
    auto made = std::make_unique<Program>(lenet({.input = {predicted_side, predicted_side, 1}, .base = 2}), recipe,
                                          *device_, ImplementationChoice{.rule = GetParam().rule});
    made->initialize();
    return made;
  }

  const DataSplits data_ = test::tiny_splits(10, 7, predicted_side);
  std::unique_ptr<Device> device_;
};

TEST_P(Predict, GivesTheLogitsOfAnEvaluation) {
  const auto p = program();
  const std::vector<float> expected = Trainer(*p, data_).evaluate().logits;
  EXPECT_EQ(predict(*p, data_.validation), expected);
  Dataset without_labels = data_.validation;
  without_labels.labels.clear();
  EXPECT_EQ(predict(*p, without_labels), expected);
}

TEST_P(Predict, BetweenTwoEpochsChangesNoBit) {
  const auto alone = program(), asked = program();
  const TrainingResult expected = Trainer(*alone, data_).run();
  TrainerCallbacks callbacks;
  callbacks.epoch = [&](const EpochResult&, bool) {
    predict(*asked, test::tiny_splits(10, 3, predicted_side).validation);
  };
  const TrainingResult result = Trainer(*asked, data_).run(callbacks);
  ASSERT_EQ(result.history.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(result.history[i].loss, expected.history[i].loss);
    EXPECT_EQ(result.history[i].val_loss, expected.history[i].val_loss);
  }
  EXPECT_EQ(asked->parameters(), alone->parameters());
}

TEST_P(Predict, RefusesDataThatDoesNotFit) {
  const auto p = program();
  const auto refused = [&](auto change, const std::vector<std::string>& parts) {
    Dataset images = data_.validation;
    change(images);
    EXPECT_TRUE(test::refuses<UsageError>([&] { predict(*p, images); }, parts));
  };
  refused([](Dataset& d) { d.h = 11; }, {"the images are 11x12x1", "takes 12x12x1"});
  refused([](Dataset& d) { d.images.pop_back(); }, {"have 1007 bytes", "have 1008"});
  refused([](Dataset& d) { d.images.clear(); }, {"have 0 bytes"});
  refused([](Dataset& d) { d.labels[0] = 2; }, {"a label of the images is 2", "2 classes"});

  DataSplits splits = data_;
  splits.train.labels.pop_back();
  EXPECT_TRUE(test::refuses<UsageError>([&] { Trainer(*p, splits); }, {"training images have 9 labels", "10 images"}));
}

INSTANTIATE_TEST_SUITE_P(All, Predict, testing::ValuesIn(test::engines), test::name_of);

}  // namespace
}  // namespace gs
