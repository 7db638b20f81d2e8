// run_recorder_test.cpp - the files of a checkpoint change together; a change that fails beside the run is said later.
#include "engine/train/run_recorder.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "engine/core/error.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

class RunRecorderTest : public testing::Test {
 protected:
  RunRecorderTest() : device_(open(engines[0])) {
    if (!device_) return;
    program_.emplace(lenet({.input = {14, 14, 1}, .base = 3}), Recipe{.batch = 4}, *device_, ImplementationChoice{});
    program_->initialize();
  }
  void SetUp() override {
    if (!device_) GTEST_SKIP() << "no GPU";
  }
  std::unique_ptr<Device> device_;
  std::optional<Program> program_;
  ScratchFolder scratch_;
};

TEST_F(RunRecorderTest, ACheckpointIsWrittenWholeOrNotAtAll) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_);
  recorder.keep_predictions({0, 1}, {});
  // A folder of that name makes the write fail, as on a full disk.
  std::filesystem::create_directories(directory.path() / "last.safetensors.next" / "in the way");
  EXPECT_THROW(recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {1, 2, 3, 4}), Error);
  EXPECT_EQ(names_in(directory.path()), (std::vector<std::string>{"last.safetensors.next", "run.lock"}));
  std::filesystem::remove_all(directory.path() / "last.safetensors.next");
  recorder.write_checkpoint();
  EXPECT_EQ(names_in(directory.path()), (std::vector<std::string>{"best.safetensors", "history.csv", "last.safetensors",
                                                                  "predictions.safetensors", "run.lock"}));
  EXPECT_EQ(directory.last(program_->net()).epoch, 1);
  EXPECT_EQ(directory.best(program_->net()).epoch, 1);
  EXPECT_EQ(directory.history().size(), 1u);
}

TEST_F(RunRecorderTest, AChangeThatFailedBesideTheRunIsSaidAndLosesNothing) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_);
  recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {});
  EXPECT_EQ(directory.history().size(), 1u) << "the first change is waited for";
  std::filesystem::create_directories(directory.path() / "history.csv.next" / "in the way");
  EXPECT_TRUE(recorder.epoch_done({.epoch = 2, .val_loss = 0.4}, {}));
  EXPECT_TRUE(refuses<Error>([&] { recorder.finish_writing(); }, {"cannot write", "history.csv"}));
  EXPECT_NO_THROW(recorder.finish_writing()) << "an error is thrown once";
  EXPECT_EQ(directory.history().size(), 1u);
  std::filesystem::remove_all(directory.path() / "history.csv.next");
  recorder.write_checkpoint();
  EXPECT_EQ(directory.last(program_->net()).epoch, 2);
  EXPECT_EQ(directory.best(program_->net()).epoch, 2);
  EXPECT_EQ(directory.history().size(), 2u);
}

constexpr WriteRates always{.between_checkpoints = std::chrono::seconds(0), .share_of_time = 0};

// The thread that writes has copies: the program goes on.
TEST_F(RunRecorderTest, ACheckpointWrittenBesideTheRunHasTheWeightsOfItsEpoch) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_, {}, "", always);
  recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {});
  const std::vector<float> of_epoch_2(program_->parameters().size(), 2.0f), later(of_epoch_2.size(), 3.0f);
  program_->set_parameters(of_epoch_2);
  recorder.epoch_done({.epoch = 2, .val_loss = 0.4}, {});
  program_->set_parameters(later);
  recorder.finish_writing();
  EXPECT_EQ(directory.last(program_->net()).epoch, 2);
  EXPECT_EQ(directory.last(program_->net()).parameters, of_epoch_2);
  EXPECT_EQ(directory.best(program_->net()).parameters, of_epoch_2);
}

// As on a disk that was full for a while. A run that stops in the middle of an epoch then ends as interrupted.
TEST_F(RunRecorderTest, ABestEpochWhoseCheckpointFailedIsWrittenWithTheNext) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_, {}, "", always);
  recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {});
  std::filesystem::create_directories(directory.path() / "last.safetensors.next" / "in the way");
  const std::vector<float> of_best(program_->parameters().size(), 2.0f), later(of_best.size(), 3.0f);
  program_->set_parameters(of_best);
  EXPECT_TRUE(recorder.epoch_done({.epoch = 2, .val_loss = 0.4}, {}));
  program_->set_parameters(later);
  EXPECT_THROW(recorder.finish_writing(), Error);
  EXPECT_EQ(directory.best(program_->net()).epoch, 1);
  std::filesystem::remove_all(directory.path() / "last.safetensors.next");
  RunChange change(directory);
  recorder.add_checkpoint(change, {.steps = 1, .images = 4});
  change.commit();
  EXPECT_EQ(directory.best(program_->net()).epoch, 2);
  EXPECT_EQ(directory.best(program_->net()).parameters, of_best);
  EXPECT_EQ(directory.last(program_->net()).partial.steps, 1u);
  EXPECT_EQ(directory.last(program_->net()).parameters, later);
}

TEST_F(RunRecorderTest, AFolderThatIsBeingWrittenTakesNoOtherChange) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_);
  recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {});
  recorder.epoch_done({.epoch = 2, .val_loss = 0.6}, {});
  {
    RunDirectory other(scratch_ / "other");
    other.claim(false);
    RunChange change(other);
    EXPECT_THROW(recorder.add_checkpoint(change), Error);
  }
  recorder.finish_writing();
  RunChange change(directory);
  recorder.add_checkpoint(change);
  change.commit();
  EXPECT_EQ(directory.last(program_->net()).epoch, 2);
  EXPECT_EQ(directory.best(program_->net()).epoch, 1);
}

TEST_F(RunRecorderTest, APartOfAnEpochComesBack) {
  RunDirectory directory(scratch_ / "run");
  directory.claim(false);
  RunRecorder recorder(directory, *program_);
  recorder.write_checkpoint({.steps = 3, .loss_sum = 0.1 + 0.2, .correct = 5, .images = 12, .seconds = 1.0 / 3});
  const Checkpoint back = directory.last(program_->net());
  EXPECT_EQ(back.epoch, 0);
  EXPECT_EQ(back.partial.steps, 3u);
  EXPECT_EQ(back.partial.loss_sum, 0.1 + 0.2);
  EXPECT_EQ(back.partial.correct, 5);
  EXPECT_EQ(back.partial.images, 12u);
  EXPECT_EQ(back.partial.seconds, 1.0 / 3);
  EXPECT_TRUE(directory.history().empty());
}

TEST_F(RunRecorderTest, AFolderHasOneWriter) {
  RunDirectory first(scratch_ / "run");
  first.claim(false);
  RunDirectory second(scratch_ / "run");
  EXPECT_TRUE(refuses<UsageError>([&] { second.claim(true); }, {"run is being written by process", "on host"}));
}

}  // namespace
}  // namespace gs::test
