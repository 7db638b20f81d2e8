// tuner_test.cpp - if a candidate breaks the GPU while it is measured, the error names it.
#include <cstdio>

#include "engine/program/tuner.h"
#include "engine/simulated_cuda/runtime.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

/// Tunes with a candidate whose kernel fails after `good_calls` calls; 0 if the error names that candidate.
int tune_with_a_breaker(int good_calls) {
  const auto gpu = open_device({.name = "cuda"});
  const std::vector<Tensor> tensors = {{"x", 64, Lifetime::planned, true}, {"y", 64, Lifetime::planned, true}};
  const OpCall step{.name = "copy", .reads = {0}, .writes = {1}};
  const auto copy = [&](const Addresses& at, void*, stream_t) { gpu->copy(at[1], at[0], 64); };
  int calls = 0, calls_after = 0;
  const auto breaker = [&](const Addresses& at, void* workspace, stream_t s) {
    copy(at, workspace, s);
    if (++calls <= good_calls) return;
    static_cast<cudaStream_t>(s)->enqueue({cudaGraphNodeTypeKernel, [] { throw Error("on purpose"); }, {}, {}});
  };
  const auto after = [&](const Addresses& at, void* workspace, stream_t s) {
    calls_after += calls > good_calls;
    copy(at, workspace, s);
  };
  TuningCache cache(std::nullopt, "here");
  Tuner tuner(*gpu, cache, [us = 0.0]() mutable { return us += 1; });  // the same number of calls on any machine
  const auto named = refuses<Error>(
      [&] {
        tuner.choose("64 bytes", step, tensors, {{"good", 0, copy}, {"breaker", 0, breaker}, {"after", 0, after}});
      },
      {"copy: the implementation breaker of 64 bytes has left the device unusable", "cudaErrorLaunchFailure"});
  if (!named) std::fprintf(stderr, "%s\n", named.message());
  return named && calls_after == 0 ? 0 : 1;
}

TEST(TunerOnSimulatedCuda, NamesTheOneThatBreaksTheDevice) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const int good_calls : {0, 1, 30})  // in the check, in the first replay, in one of many calls
    EXPECT_EXIT(std::_Exit(tune_with_a_breaker(good_calls)), testing::ExitedWithCode(0), "on purpose") << good_calls;
}

}  // namespace
}  // namespace gs::test
