// device_test.cpp - the GPU as a device: copies, memory shared with the host, captured graphs, errors.
#include <gtest/gtest.h>

#include <numeric>

#include "kernels/common/step_state.h"
#include "kernels/step/step.h"
#include "tests/support/errors.h"
#include "tests/support/on_device.h"
#include "tests/support/tested_targets.h"

namespace gs::test {
namespace {

std::vector<int> counted(std::size_t size) {
  std::vector<int> values(size);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

TEST(CudaDevice, SaysWhatItIs) {
  EXPECT_EQ(tested_gpu().name(), "cuda");
  EXPECT_NE(tested_gpu().description().find("compute capability"), std::string::npos) << tested_gpu().description();
  ASSERT_NE(tested_gpu().library(), nullptr);
}

TEST(CudaDevice, WhatGoesInComesOut) {
  const std::vector<int> values = counted(1'000'003);
  OnDevice<int> array(tested_gpu(), values);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % 256, 0u);
  EXPECT_EQ(array.values(), values);
  tested_gpu().fill_zero(array.data(), 8);
  EXPECT_EQ(array.values()[1], 0);
  EXPECT_EQ(array.values()[2], 2);
}

TEST(CudaDevice, TooMuchMemoryIsOneLine) {
  EXPECT_TRUE(refuses<Error>([] { Memory(tested_gpu(), std::size_t(1) << 50); }, {"out of GPU memory", "MiB"}));
  EXPECT_EQ(OnDevice<int>(tested_gpu(), counted(5)).values(), counted(5)) << "the device is still usable";
}

/// Counts its runs in device memory, by a kernel of the project whose state can be read.
struct Counter {
  Counter() : now(tested_gpu(), std::vector{StepState{}}), state(tested_gpu(), std::vector{StepState{}}) {}
  void enqueue() {
    tested_gpu().registry().highest<AdvanceStep>().launch(now.data(), state.data(), {.training = true}, nullptr,
                                                          tested_gpu().stream());
  }
  std::uint64_t value() const { return state.values()[0].step; }
  OnDevice<StepState> now, state;
};

TEST(CudaDevice, ACaptureRunsNothingUntilItIsReplayed) {
  Counter counter;
  const auto replay = tested_gpu().capture([&] {
    counter.enqueue();
    counter.enqueue();
  });
  EXPECT_EQ(counter.value(), 0u);
  for (int i = 0; i < 5; ++i) replay->run();
  EXPECT_EQ(counter.value(), 10u);
}

TEST(CudaDevice, AFailedCaptureLeavesTheStreamUsable) {
  EXPECT_TRUE(refuses<Error>([] { tested_gpu().capture([] { throw Error("on purpose"); }); }, {"on purpose"}));
  Counter counter;
  counter.enqueue();
  EXPECT_EQ(counter.value(), 1u);
}

TEST(CudaDevice, TheHostSeesWhatTheDeviceWritesToSharedMemory) {
  Device& gpu = tested_gpu();
  auto* ring = static_cast<StepMetrics*>(gpu.allocate_shared(4 * sizeof(StepMetrics)));
  std::fill_n(ring, 4, StepMetrics{});
  StepState state;
  state.ring_slot = 2;
  state.batch = state.samples = 3;
  OnDevice<StepState> at(gpu, std::vector{state});
  OnDevice<float> loss(gpu, std::vector<float>{1, 2, 4}), correct(gpu, std::vector<float>{1, 0, 1});
  gpu.registry()
      .variant<RecordMetrics>("single_thread")
      .launch(ring, loss.data(), correct.data(), at.data(), {3, 4}, nullptr, gpu.stream());
  gpu.synchronize();
  EXPECT_EQ(ring[2].loss_sum, 7);
  EXPECT_EQ(ring[2].correct, 2);
  EXPECT_EQ(ring[2].stamp, 3u);
  gpu.free_shared(ring);
}

}  // namespace
}  // namespace gs::test
