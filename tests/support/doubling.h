// doubling.h - an op call for the autotuner's tests, y = 2 x of 256 numbers, and candidates for it.
#pragma once
#include <gtest/gtest.h>

#include "engine/program/tuner.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {

class Doubling : public testing::Test {
 protected:
  std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  ScratchFolder folder;
  std::filesystem::path file = folder.path() / "new" / "tuning.json";
  std::vector<Tensor> tensors = {{"x", 1024, Lifetime::planned, true}, {"y", 1024, Lifetime::planned, true}};
  OpCall step{.name = "double", .reads = {0}, .writes = {1}};
  int calls = 0;  ///< of all candidates

  /// Computes y `times` times; correct if `factor` is 2.
  Candidate candidate(const std::string& name, int times, float factor = 2) {
    return {name, 64, [this, times, factor](const Addresses& at, void* workspace, stream_t) {
              ++calls;
              EXPECT_NE(workspace, nullptr);
              const volatile float* x = at.get(0);
              for (int t = 0; t < times; ++t)
                for (int i = 0; i < 256; ++i) at.get(1)[i] = factor * x[i];
            }};
  }
  /// Clock that advances 1 us per reading, so that the number of calls is the same on every machine.
  static Stopwatch ticking() {
    return [us = 0.0]() mutable { return us += 1; };
  }
  std::size_t choose(TuningCache& cache, const std::vector<Candidate>& candidates,
                     Stopwatch now = microseconds_by_the_clock) {
    Tuner tuner(*device, cache, std::move(now));
    const std::size_t index = tuner.choose("doubling", step, tensors, candidates);
    cache.save_and_unlock();
    return index;
  }
};

}  // namespace gs::test
