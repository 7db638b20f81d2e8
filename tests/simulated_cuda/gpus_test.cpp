// gpus_test.cpp - a machine with two GPUs: a run on the second never uses the first, in any thread.
#include "engine/simulated_cuda/gpus.h"

#include <gtest/gtest.h>

#include <thread>

#include "engine/device/cuda_check.h"
#include "engine/profile/profiler.h"
#include "engine/simulated_cuda/runtime.h"
#include "kernels/step/step.h"
#include "tests/support/errors.h"
#include "tests/support/on_device.h"
#include "tests/support/tiny_training.h"

namespace gs::test {
namespace {

using simulated_cuda::held_gpu, simulated_cuda::refused_calls;

class TwoGpus : public testing::Test {
 protected:
  ~TwoGpus() override {
    held_gpu = -1;
    refused_calls = 0;
    cudaSetDevice(0);  // the initial GPU that other tests of this thread expect
  }
};

void in_a_thread(const std::function<void()>& what) {
  std::thread(what).join();
}

std::vector<float> after_an_epoch(TinyTraining& training) {
  const int steps = training.begin_epoch();
  for (int i = 0; i < steps; ++i) training.program.train_step();
  return training.program.parameters();
}

TEST_F(TwoGpus, ARunOnTheSecondTouchesNothingOfTheFirst) {
  for (const char* rule : {"own", "library"}) {
    const auto weights_on = [&](const std::string& name) {
      const auto device = open_device({.name = name, .tf32 = false});
      TinyTraining training(*device, {.rule = rule});
      return after_an_epoch(training);
    };
    const std::vector<float> first = weights_on("cuda:0");
    held_gpu = 0;
    EXPECT_EQ(weights_on("cuda:1"), first) << rule;
    EXPECT_EQ(refused_calls, 0) << rule;
    held_gpu = -1;
  }
}

/// A thread's GPU is the first by default, so the device must select its own in every call.
TEST_F(TwoGpus, ADeviceMayBeUsedInOtherThreadsThanItsOwn) {
  held_gpu = 0;
  std::unique_ptr<Device> device;
  std::unique_ptr<TinyTraining> training;
  in_a_thread([&] { device = open_device({.name = "cuda:1", .tf32 = false}); });
  in_a_thread([&] { training = std::make_unique<TinyTraining>(*device, ImplementationChoice{.rule = "library"}); });
  in_a_thread([&] { after_an_epoch(*training); });
  in_a_thread([&] {
    const Profile profile =
        measure(training->program, {.steps = 2, .peaks = PeaksSource::none}, [&] { return training->begin_epoch(); });
    EXPECT_GT(profile.ops.size(), 0u);
  });
  in_a_thread([&] {
    training->program.use_epoch_loops(true);
    after_an_epoch(*training);
  });
  in_a_thread([&] { EXPECT_GT(device->free_bytes().value(), 0u); });
  // Everything that a device hands out, each used as the first CUDA call of a thread.
  void* shared = nullptr;
  std::unique_ptr<OnDevice<int>> array;
  std::unique_ptr<Replay> replay;
  in_a_thread([&] { shared = device->allocate_shared(64); });
  in_a_thread([&] { device->free_shared(shared); });
  in_a_thread([&] { array = std::make_unique<OnDevice<int>>(*device, std::vector{1, 2}); });
  in_a_thread([&] { replay = device->capture([&] { device->fill_zero(array->data(), 4); }); });
  in_a_thread([&] { replay->run(); });
  in_a_thread([&] { EXPECT_EQ(array->values(), (std::vector{0, 2})); });
  in_a_thread([&] { replay.reset(); });
  in_a_thread([&] { array.reset(); });
  in_a_thread([&] { EXPECT_TRUE(device->idle()); });
  in_a_thread([&] { training.reset(); });
  in_a_thread([&] {
    device->synchronize();
    device.reset();
  });
  EXPECT_EQ(refused_calls, 0) << "something used the first GPU";
}

TEST_F(TwoGpus, OneThreadMayHaveBoth) {
  const auto first = open_device({.name = "cuda:0", .tf32 = false}),
             second = open_device({.name = "cuda:1", .tf32 = false});
  TinyTraining a(*first, {.rule = "library"}), b(*second, {.rule = "library"});
  const std::vector<float> of_a = after_an_epoch(a);
  EXPECT_EQ(after_an_epoch(b), of_a);
  EXPECT_EQ(after_an_epoch(a), after_an_epoch(b));
}

TEST_F(TwoGpus, EachHasItsOwnMemory) {
  const auto free_on = [](int gpu) {
    cudaSetDevice(gpu);
    std::size_t free = 0, total = 0;
    EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    return free;
  };
  const std::size_t first = free_on(0), second = free_on(1);
  void* memory = nullptr;
  ASSERT_EQ(cudaMalloc(&memory, 1 << 20), cudaSuccess);
  EXPECT_EQ(free_on(0), first);
  EXPECT_EQ(free_on(1), second - (1 << 20));
  cudaSetDevice(0);
  EXPECT_EQ(cudaFree(memory), cudaSuccess);
  EXPECT_EQ(free_on(1), second);
}

TEST_F(TwoGpus, WhatIsOfTheOtherIsRefused) {
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  CudaStream stream;
  CudaEvent event;
  ASSERT_EQ(cudaStreamCreateWithFlags(stream.address(), cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaEventCreate(event.address()), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(event.get(), stream.get()), cudaSuccess);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
  CudaEvent of_the_first;
  ASSERT_EQ(cudaEventCreate(of_the_first.address()), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(of_the_first.get(), stream.get()), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(simulated_cuda::enqueue_library_call(stream.get(), "a product", nullptr, 0, [] {}),
            cudaErrorInvalidResourceHandle);
  const auto second = open_device({.name = "cuda:1"});
  OnDevice<StepState> now(*second, std::vector{StepState{}});
  cudaSetDevice(0);
  EXPECT_TRUE(refuses<Error>(
      [&] {
        cuda::registry().highest<AdvanceStep>().launch(now.data(), now.data(), {.training = true}, nullptr,
                                                       stream.get());
      },
      {"belongs to another GPU than its thread"}));
  EXPECT_EQ(cudaSetDevice(2), cudaErrorInvalidDevice);
  cudaGetLastError();
}

/// Runs work of the second GPU on memory of the first, which ends the process.
template <class Enqueue>
[[noreturn]] void second_on_memory_of_the_first(const Enqueue& enqueue) {
  void* memory = nullptr;
  cudaMalloc(&memory, 64);
  cudaSetDevice(1);
  CudaStream stream;
  cudaStreamCreateWithFlags(stream.address(), cudaStreamNonBlocking);
  enqueue(stream.get(), memory);
  std::exit(cudaStreamSynchronize(stream.get()));
}

TEST_F(TwoGpus, AKernelCannotReachTheOthersMemory) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      second_on_memory_of_the_first([](cudaStream_t stream, void* memory) { cudaMemsetAsync(memory, 0, 4, stream); }),
      testing::ExitedWithCode(cudaSuccess), "")
      << "a copy or a fill may";
  EXPECT_EXIT(second_on_memory_of_the_first([](cudaStream_t stream, void* memory) {
                stream->enqueue({cudaGraphNodeTypeKernel, [=] { static_cast<volatile int*>(memory)[0] = 1; }, {}, {}});
              }),
              testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(TwoGpus, OneThatIsHeldByAnotherProcessSaysSo) {
  held_gpu = 1;
  EXPECT_TRUE(
      refuses<Error>([] { open_device({.name = "cuda:1"}); }, {"selecting the GPU: cudaErrorDevicesUnavailable"}));
  EXPECT_GT(refused_calls, 0);
}

}  // namespace
}  // namespace gs::test
