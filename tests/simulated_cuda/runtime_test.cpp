// runtime_test.cpp - the simulated CUDA runtime is as strict as its header says: host errors are detected.
#include "engine/simulated_cuda/runtime.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/device/cuda_check.h"
#include "tests/support/errors.h"
#include "tests/support/on_device.h"
#include "tests/support/tested_targets.h"

namespace gs::test {
namespace {

class SimulatedCuda : public testing::Test {
 protected:
  SimulatedCuda() {
    check_cuda(cudaStreamCreateWithFlags(stream.address(), cudaStreamNonBlocking), "making a stream");
    check_cuda(cudaMalloc(&memory, 64), "allocating");
  }
  ~SimulatedCuda() override { cudaFree(memory); }

  /// Enqueues work that appends `value` to `written`.
  void enqueue_write(int value) {
    ASSERT_EQ(stream.get()->enqueue({cudaGraphNodeTypeKernel, [this, value] { written.push_back(value); }, {}, {}}),
              cudaSuccess);
  }

  CudaStream stream;
  void* memory = nullptr;
  std::vector<int> written;
};

TEST_F(SimulatedCuda, WorkIsDoneWhenTheHostWaits) {
  int source = 1, read = 0;
  cudaMemcpyAsync(memory, &source, sizeof source, cudaMemcpyHostToDevice, stream.get());
  cudaMemcpyAsync(&read, memory, sizeof read, cudaMemcpyDeviceToHost, stream.get());
  source = 2;  // too early: the copy has not run yet
  EXPECT_EQ(read, 0);
  EXPECT_EQ(cudaStreamSynchronize(stream.get()), cudaSuccess);
  EXPECT_EQ(read, 2);
}

TEST_F(SimulatedCuda, AskingDoesOnePiece) {
  enqueue_write(1);
  enqueue_write(2);
  EXPECT_EQ(cudaStreamQuery(stream.get()), cudaErrorNotReady);
  EXPECT_EQ(written, (std::vector{1}));
  EXPECT_EQ(cudaStreamQuery(stream.get()), cudaErrorNotReady);
  EXPECT_EQ(cudaStreamQuery(stream.get()), cudaSuccess);
  EXPECT_EQ(written, (std::vector{1, 2}));
}

TEST_F(SimulatedCuda, TheHostCannotTouchDeviceMemory) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(static_cast<volatile int*>(memory)[0] = 1, testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(SimulatedCuda, FreedMemoryIsGone) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        cudaFree(memory);
        cudaMemsetAsync(memory, 0, 4, stream.get());
        cudaStreamSynchronize(stream.get());
      },
      testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(SimulatedCuda, WhatIsFreedIsWaitedFor) {
  enqueue_write(1);
  void* other = nullptr;
  ASSERT_EQ(cudaMalloc(&other, 8), cudaSuccess);
  EXPECT_EQ(written.size(), 0u);
  EXPECT_EQ(cudaFree(other), cudaSuccess);
  EXPECT_EQ(written.size(), 1u);
}

TEST_F(SimulatedCuda, NodesWithoutAnEdgeRunInEveryOrderAndOthersInTheirs) {
  CudaGraph graph;
  ASSERT_EQ(cudaGraphCreate(graph.address(), 0), cudaSuccess);
  const auto node = [&](int value, std::vector<cudaGraphNode_t> after) {
    return graph.get()->add({cudaGraphNodeTypeKernel, [this, value] { written.push_back(value); }, {}, {}}, after);
  };
  const cudaGraphNode_t first = node(1, {});
  node(2, {first, node(3, {first})});
  node(4, {first});
  CudaGraphExec executable;
  ASSERT_EQ(cudaGraphInstantiate(executable.address(), graph.get(), 0), cudaSuccess);
  std::set<std::vector<int>> orders;
  for (int i = 0; i < 50; ++i) {
    written.clear();
    ASSERT_EQ(cudaGraphLaunch(executable.get(), stream.get()), cudaSuccess);
    ASSERT_EQ(cudaStreamSynchronize(stream.get()), cudaSuccess);
    orders.insert(written);
  }
  EXPECT_EQ(orders, (std::set<std::vector<int>>{{1, 3, 2, 4}, {1, 3, 4, 2}, {1, 4, 3, 2}}));
}

TEST_F(SimulatedCuda, WaitingSpoilsACapture) {
  CudaGraph graph;
  ASSERT_EQ(cudaGraphCreate(graph.address(), 0), cudaSuccess);
  cudaGraph_t ended = nullptr;
  ASSERT_EQ(cudaStreamBeginCaptureToGraph(stream.get(), graph.get(), nullptr, nullptr, 0, cudaStreamCaptureModeRelaxed),
            cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream.get()), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaMemsetAsync(memory, 0, 4, stream.get()), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(cudaStreamEndCapture(stream.get(), &ended), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(cudaMemsetAsync(memory, 0, 4, stream.get()), cudaSuccess);
}

TEST_F(SimulatedCuda, AFailedKernelIsTheErrorOfAllThatFollows) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto fail = [this] {
    stream.get()->enqueue({cudaGraphNodeTypeKernel, [] { throw Error("on purpose"); }, {}, {}});
    if (cudaStreamSynchronize(stream.get()) != cudaErrorLaunchFailure) return 1;
    if (cudaStreamSynchronize(stream.get()) != cudaErrorLaunchFailure) return 2;
    void* other = nullptr;
    return cudaMalloc(&other, 8) == cudaErrorLaunchFailure ? 0 : 3;
  };
  EXPECT_EXIT(std::_Exit(fail()), testing::ExitedWithCode(0), "on purpose");
}

TEST_F(SimulatedCuda, ALoopWhoseKernelFailsEnds) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto fail = [] {
    const auto device = open_device({.name = "cuda"});
    const auto loop = device->capture_loop({}, [&](loop_t) {
      cudaStream_t on = device->stream();
      on->enqueue({cudaGraphNodeTypeKernel, [] { throw Error("on purpose"); }, {}, {}});
    });
    loop->run();
    return cudaStreamSynchronize(device->stream()) == cudaErrorLaunchFailure ? 0 : 1;
  };
  EXPECT_EXIT(std::_Exit(fail()), testing::ExitedWithCode(0), "on purpose");
}

TEST_F(SimulatedCuda, ACopyGoesWhereItSays) {
  int host = 0;
  EXPECT_EQ(cudaMemcpyAsync(&host, memory, 4, cudaMemcpyHostToDevice, stream.get()), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(memory, &host, 4, cudaMemcpyHostToDevice, stream.get()), cudaSuccess);
}

TEST_F(SimulatedCuda, ASharedWorkspaceIsFound) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto fail = [this] {
    simulated_cuda::enqueue_library_call(stream.get(), "one", memory, 64, [] {});
    if (cudaStreamSynchronize(stream.get()) != cudaSuccess) return 1;
    CudaGraph graph;
    cudaGraphCreate(graph.address(), 0);
    for (const char* name : {"one", "two"}) {  // two nodes without an edge
      cudaGraph_t ended = nullptr;
      cudaStreamBeginCaptureToGraph(stream.get(), graph.get(), nullptr, nullptr, 0, cudaStreamCaptureModeRelaxed);
      simulated_cuda::enqueue_library_call(stream.get(), name, memory, 64, [] {});
      cudaStreamEndCapture(stream.get(), &ended);
    }
    CudaGraphExec executable;
    cudaGraphInstantiate(executable.address(), graph.get(), 0);
    for (int i = 0; i < 50; ++i) cudaGraphLaunch(executable.get(), stream.get());
    return cudaStreamSynchronize(stream.get()) == cudaErrorLaunchFailure ? 0 : 2;
  };
  EXPECT_EXIT(std::_Exit(fail()), testing::ExitedWithCode(0), "wrote to its workspace");
}

/// A missing dependency between two captured calls shows as results that vary.
TEST(CudaDeviceInAnyOrder, AMissingEdgeShows) {
  Device& gpu = tested_gpu();
  const auto results = [&](std::vector<int> after) {
    OnDevice<float> from(gpu, std::vector<float>{1, 2, 3}), to(gpu, std::vector<float>{0, 0, 0});
    const auto replay = gpu.capture({{[&] { gpu.fill_zero(from.data(), 12); }, {}},
                                     {[&] { gpu.copy(to.data(), from.data(), 12); }, std::move(after)}});
    std::set<std::vector<float>> seen;
    for (int i = 0; i < 30; ++i) {
      const std::vector<float> fresh{1, 2, 3};
      gpu.upload(from.data(), fresh.data(), 12);
      replay->run();
      seen.insert(to.values());
    }
    return seen;
  };
  EXPECT_EQ(results({0}), (std::set<std::vector<float>>{{0, 0, 0}}));
  EXPECT_EQ(results({}), (std::set<std::vector<float>>{{0, 0, 0}, {1, 2, 3}}));
}

}  // namespace
}  // namespace gs::test
