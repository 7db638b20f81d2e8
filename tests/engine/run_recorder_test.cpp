// run_recorder_test.cpp - order in which a run's files are written: a run resumes from last.safetensors, so that file
// is written last.
#include "engine/train/run_recorder.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(RunRecorder, WhatARunGoesOnFromIsWrittenLast) {
  const auto device = open(engines[0]);
  if (!device) GTEST_SKIP() << "no GPU";
  Program program(lenet({.input = {14, 14, 1}, .base = 3}), {.batch = 4}, *device, {});
  program.initialize();
  const ScratchFolder scratch;
  RunDirectory directory(scratch.path() / "run");
  directory.claim(false);
  RunRecorder recorder(directory, program);
  recorder.keep_predictions({0, 1}, {});
  // A folder of that name makes the write fail, as on a full disk; any later file would be missing.
  std::filesystem::create_directories(directory.path() / "last.safetensors" / "in the way");
  EXPECT_THROW(recorder.epoch_done({.epoch = 1, .val_loss = 0.5}, {1, 2, 3, 4}), Error);
  for (const char* file : {"history.csv", "best.safetensors", "predictions.safetensors"})
    EXPECT_TRUE(std::filesystem::exists(directory.path() / file)) << file;
}

}  // namespace
}  // namespace gs::test
