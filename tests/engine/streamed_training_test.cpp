// streamed_training_test.cpp - training on pictures that are decoded in the background has the bits of training on the
// same pictures in memory.
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/data/opencv_module.h"
#include "engine/train/checkpoint.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiny_data.h"
#include "tests/support/training_fixture.h"

namespace gs::test {
namespace {

/// The images as PGM files in the folders of their classes.
void write_split(const std::filesystem::path& folder, const Dataset& data) {
  for (int i = 0; i < data.n; ++i) {
    const Image image = image_of(data, i);
    write_text(folder / (data.labels[std::size_t(i)] == 1 ? "light" : "dark") / (std::to_string(i) + ".pgm"),
               "P5 " + std::to_string(image.w) + " " + std::to_string(image.h) + " 255\n" +
                   std::string(image.pixels.begin(), image.pixels.end()));
  }
}

class StreamedTraining : public TrainingFixture {
 protected:
  void SetUp() override {
    if (!built_with_opencv()) GTEST_SKIP() << "pictures need OpenCV";
    TrainingFixture::SetUp();
    // 18 images in batches of 4: more than the four batches that are decoded ahead, and a short one at the end.
    const DataSplits data = tiny_splits(18, 7, side);
    write_split(folder_ / "train", data.train);
    write_split(folder_ / "val", data.validation);
  }
  DataSplits load(Decoding decoding) const {
    return load_data({.data = folder_.path().string(), .image_size = side, .decoding = decoding, .threads = 3});
  }
  TrainingOutcome outcome(const Recipe& recipe, Decoding decoding) {
    return train(device(), rule(), small_lenet(), recipe, load(decoding));
  }
  std::filesystem::path a_picture() const {
    return std::filesystem::directory_iterator(folder_ / "train" / "light")->path();
  }

  ScratchFolder folder_;
};

TEST_P(StreamedTraining, HasTheBitsOfTrainingInMemory) {
  Recipe recipe = small_recipe(3);
  EXPECT_EQ(outcome(recipe, Decoding::stream), outcome(recipe, Decoding::once));
  recipe.augmentation = {.flip_horizontal = true, .shift = 0.1f, .rotate = 20, .brightness = 0.2f};
  EXPECT_EQ(outcome(recipe, Decoding::stream), outcome(recipe, Decoding::once));
  recipe.batch = 18;  // the whole split in each batch
  EXPECT_EQ(outcome(recipe, Decoding::stream), outcome(recipe, Decoding::once));
}

TEST_P(StreamedTraining, EvaluatesBothSplits) {
  const Recipe recipe = small_recipe(1);
  Program program(small_lenet(), recipe, device(), {.rule = rule()});
  program.initialize();
  const DataSplits whole = load(Decoding::once), streamed = load(Decoding::stream);
  for (const Split split : {Split::training, Split::validation}) {
    const Evaluation want = Trainer(program, whole).evaluate(split), got = Trainer(program, streamed).evaluate(split);
    EXPECT_EQ(got.logits, want.logits);
    EXPECT_EQ(got.loss, want.loss);
    EXPECT_EQ(got.accuracy, want.accuracy);
  }
}

TEST_P(StreamedTraining, GoesOnInTheMiddleOfAnEpoch) {
  const Recipe recipe = small_recipe(2);
  const TrainingOutcome whole = outcome(recipe, Decoding::once);
  const DataSplits data = load(Decoding::stream);
  for (const int pause_at : {1, 3, 5}) {
    Program first(small_lenet(), recipe, device(), {.rule = rule()});
    first.initialize();
    TrainerCallbacks callbacks;
    int done = 0;
    Checkpoint checkpoint;
    callbacks.train_steps = [&](std::uint32_t, std::uint32_t, int) { return ++done, first.train_step(), 1; };
    callbacks.wants_pause = [&] { return done == pause_at; };
    callbacks.pause = [&](int epoch, const PartialEpoch& part) {
      checkpoint = take_checkpoint(first, epoch - 1, part);
      return false;
    };
    EXPECT_TRUE(Trainer(first, data).run(callbacks).paused);
    Program second(small_lenet(), recipe, device(), {.rule = rule()});
    restore(second, checkpoint);
    Trainer(second, data).run({}, 1, checkpoint.partial);
    EXPECT_EQ(second.parameters(), whole.parameters) << "paused after step " << pause_at;
  }
}

TEST_P(StreamedTraining, FindsTheFirstBrokenValue) {
  Recipe recipe = small_recipe(3);
  recipe.learning_rate = 1e30f;
  const std::string words = words_of([&] { outcome(recipe, Decoding::once); });
  EXPECT_NE(words.find("first in step"), std::string::npos) << words;
  EXPECT_EQ(words_of([&] { outcome(recipe, Decoding::stream); }), words);
}

TEST_P(StreamedTraining, StopsAtAPictureThatIsGone) {
  const Recipe recipe = small_recipe(3);
  Program program(small_lenet(), recipe, device(), {.rule = rule()});
  program.initialize();
  const DataSplits data = load(Decoding::stream);
  const std::filesystem::path gone = a_picture();
  TrainerCallbacks callbacks;
  std::vector<float> after_first;
  callbacks.epoch = [&](const EpochResult&, bool) {
    std::filesystem::remove(gone);
    after_first = program.parameters();
  };
  Trainer trainer(program, data);
  const std::string words = words_of([&] { trainer.run(callbacks); });
  EXPECT_NE(words.find(gone.string()), std::string::npos) << words;
  EXPECT_EQ(program.parameters(), after_first) << "as it was before the epoch";
}

INSTANTIATE_TEST_SUITE_P(All, StreamedTraining, testing::ValuesIn(engines), name_of);

}  // namespace
}  // namespace gs::test
