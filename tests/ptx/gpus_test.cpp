// gpus_test.cpp - nvcc's kernels on a machine with two GPUs: each runs on its stream's GPU and accesses that one's
// memory.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/device/cuda_check.h"
#include "kernels/common/step_state.h"
#include "kernels/step/step.h"
#include "tests/support/errors.h"
#include "tests/support/on_device.h"

namespace gs::test {
namespace {

/// Launches a kernel on the second GPU's stream, with the calling thread on GPU `of_thread`.
void launch_on_second(Device& second, OnDevice<StepState>& state, int of_thread) {
  const stream_t stream = second.stream();  // selects the second GPU
  check_cuda(cudaSetDevice(of_thread), "selecting a GPU");
  cuda::registry().highest<AdvanceStep>().launch(state.data(), state.data(), {.training = true}, nullptr, stream);
}

TEST(KernelsOnTwoGpus, AreRefusedOnAStreamOfAnotherGpuThanTheThreads) {
  const auto second = open_device({.name = "cuda:1"});
  OnDevice<StepState> state(*second, std::vector{StepState{}});
  EXPECT_NO_THROW(launch_on_second(*second, state, 1));
  EXPECT_TRUE(refuses<Error>([&] { launch_on_second(*second, state, 0); }, {"cudaErrorInvalidResourceHandle"}));
  cudaGetLastError();
  cudaSetDevice(0);
}

/// Ends with exit status 3 once the second GPU has failed.
void run_on_second_with_memory_of_first() {
  const auto first = open_device({.name = "cuda:0"}), second = open_device({.name = "cuda:1"});
  OnDevice<StepState> state(*first, std::vector{StepState{}});
  launch_on_second(*second, state, 1);
  try {
    second->synchronize();
  } catch (const Error&) {
    std::_Exit(3);
  }
}

TEST(KernelsOnTwoGpus, CannotAccessTheOthersMemory) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(run_on_second_with_memory_of_first(), testing::ExitedWithCode(3),
              "kernel advance_step, .* is not in device memory");
}

}  // namespace
}  // namespace gs::test
