// nccl_test.cpp - sums and all-gathers over simulated GPUs, and the mistakes that the stand-in for NCCL finds.
#include <nccl.h>

#include <bit>
#include <limits>
#include <map>

#include "engine/program/join_gpus.h"
#include "engine/simulated_cuda/gpus.h"
#include "tests/support/on_device.h"
#include "tests/support/ranks_as_threads.h"

namespace gs::test {
namespace {

class SumsOnGpus : public testing::Test {
 protected:
  SumsOnGpus() { simulated_cuda::gpu_count = 4; }
  void TearDown() override {
    simulated_cuda::connections_broken = false;
    EXPECT_EQ(simulated_cuda::living_communicators(), 0);
  }
};

/// A rank's GPU with values on it, and its part in the sums. The sums end before the rest does.
struct Gpu {
  explicit Gpu(Ranks& ranks, int number = -1)
      : device(open_device({.name = "cuda:" + std::to_string(number < 0 ? ranks.rank() : number), .tf32 = false})),
        values(*device, std::vector<float>{1, 2, 3, 4}),
        sums(join_gpus(ranks, *device)) {}
  ~Gpu() { device->watch(nullptr); }
  float* data() { return values.data(); }
  void sum(std::size_t first, std::size_t count) { sums->sum(data() + first, count, device->stream()); }
  /// From values[first] on, to values[to] on.
  void gather(std::size_t first, std::size_t count, std::size_t to) {
    sums->gather(data() + first, data() + to, count, device->stream());
  }
  std::vector<float> read() {
    std::vector<float> host(4);
    device->download(host.data(), data(), sizeof(float) * host.size());
    return host;
  }

  std::unique_ptr<Device> device;
  OnDevice<float> values;
  std::unique_ptr<GpuExchanges> sums;
};

/// The first message that is not only the echo of another rank's.
bool one_says(const std::vector<std::string>& messages, const std::string& part) {
  for (const std::string& message : messages)
    if (message.find(part) != message.npos) return true;
  ADD_FAILURE() << testing::PrintToString(messages) << " lack: " << part;
  return false;
}

/// Runs it on two ranks, whose GPUs then fail.
bool fails_on_the_gpu(const std::function<void(Ranks&, Gpu&)>& act) {
  const auto messages = in_ranks(2, [&](Ranks& ranks) {
    Gpu gpu(ranks);
    act(ranks, gpu);
    gpu.read();
  });
  return one_says(messages, "running on the GPU: cudaErrorLaunchFailure");
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  for (const float value : values) result.push_back(std::bit_cast<std::uint32_t>(value));
  return result;
}

TEST_F(SumsOnGpus, AddTheValuesOfAllRanks) {
  for (const int size : {2, 3, 4})
    in_sound_ranks(size, [&](Ranks& ranks) {
      Gpu gpu(ranks);
      gpu.sum(1, 2);
      const float n = float(size);
      EXPECT_EQ(gpu.read(), (std::vector<float>{1, 2 * n, 3 * n, 4}));
    });
}

TEST_F(SumsOnGpus, GatherTheValuesOfAllRanks) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const auto of_rank = [](int rank) { return std::vector<float>{float(rank + 1), rank == 1 ? nan : -0.0f}; };
  for (const int size : {2, 3, 4})
    in_sound_ranks(size, [&](Ranks& ranks) {
      Gpu gpu(ranks);
      OnDevice<float> own(*gpu.device, of_rank(ranks.rank())), all(*gpu.device, std::size_t(2 * size) + 1);
      std::vector<float> want;
      for (int rank = 0; rank < size; ++rank)
        for (const float value : of_rank(rank)) want.push_back(value);
      want.push_back(all.values().back());
      gpu.sums->gather(own.data(), all.data(), 2, gpu.device->stream());
      EXPECT_EQ(bits(all.values()), bits(want));
    });
}

TEST_F(SumsOnGpus, GatherInPlace) {
  in_sound_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    OnDevice<float> values(*gpu.device, std::vector<float>(2, ranks.leads() ? 5.0f : 7.0f));
    gpu.sums->gather(values.data() + ranks.rank(), values.data(), 1, gpu.device->stream());
    EXPECT_EQ(values.values(), (std::vector<float>{5, 7}));
  });
}

TEST_F(SumsOnGpus, AreCapturedAndReplayed) {
  in_sound_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    auto replay = gpu.device->capture({{[&] { gpu.sum(0, 1); }, {}}, {[&] { gpu.sum(1, 3); }, {0}}});
    for (int i = 0; i < 3; ++i) replay->run();
    EXPECT_EQ(gpu.read(), (std::vector<float>{8, 16, 24, 32}));
    replay.reset();  // before the sums end
  });
}

TEST_F(SumsOnGpus, NeedAnOrderInAGraph) {
  for (const bool gathers : {false, true}) {
    const auto messages = in_ranks(2, [&](Ranks& ranks) {
      Gpu gpu(ranks);
      gpu.device->capture({{[&] { gpu.sum(0, 1); }, {}}, {[&] { gathers ? gpu.gather(1, 1, 2) : gpu.sum(1, 3); }, {}}});
    });
    EXPECT_TRUE(one_says(messages, "instantiating a CUDA graph"));
  }
}

TEST_F(SumsOnGpus, WaitWhileAnotherBranchOfTheGraphGoesOn) {
  in_sound_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    auto* const word = static_cast<int*>(gpu.device->allocate_shared(sizeof(int)));
    *word = 1;
    const auto branch_has_run = [&] { return __atomic_load_n(word, __ATOMIC_ACQUIRE) == 0; };
    const auto replay =
        gpu.device->capture({{[&] { gpu.sum(0, 4); }, {}}, {[&] { gpu.device->fill_zero(word, sizeof *word); }, {}}});
    char go_on = 0;
    if (ranks.leads()) {
      replay->run();
      for (int i = 0; i < 1000 && !branch_has_run(); ++i) {
        EXPECT_FALSE(gpu.device->idle()) << "rank 1 has not begun the sum";
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      EXPECT_TRUE(branch_has_run());
      EXPECT_FALSE(gpu.device->idle());
      ranks.broadcast(&go_on, 1);
    } else {
      ranks.broadcast(&go_on, 1);
      replay->run();
    }
    EXPECT_EQ(gpu.read(), (std::vector<float>{2, 4, 6, 8}));
    gpu.device->free_shared(word);
  });
}

TEST_F(SumsOnGpus, MustBeTheSameOnAllRanks) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks& ranks, Gpu& gpu) { gpu.sum(0, ranks.leads() ? 2 : 3); }));
}

TEST_F(SumsOnGpus, GatherAsManyValuesOfEachRank) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks& ranks, Gpu& gpu) {
    OnDevice<float> all(*gpu.device, 6);
    gpu.sums->gather(gpu.data(), all.data(), ranks.leads() ? 2 : 3, gpu.device->stream());
    gpu.read();
  }));
}

TEST_F(SumsOnGpus, AreNoAllGathersOnAnotherRank) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks& ranks, Gpu& gpu) { ranks.leads() ? gpu.sum(0, 1) : gpu.gather(0, 1, 2); }));
}

TEST_F(SumsOnGpus, AreCapturedByAllRanksOrByNone) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks& ranks, Gpu& gpu) {
    if (ranks.leads())
      gpu.device->capture([&] { gpu.sum(0, 4); })->run();
    else
      gpu.sum(0, 4);
  }));
}

TEST_F(SumsOnGpus, StayInsideTheMemory) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks&, Gpu& gpu) { gpu.sum(0, 5); }));
}

TEST_F(SumsOnGpus, GatherInsideTheMemory) {
  EXPECT_TRUE(fails_on_the_gpu([](Ranks&, Gpu& gpu) { gpu.gather(0, 1, 3); }));
}

TEST_F(SumsOnGpus, DoNotGatherOverValuesThatAreStillToBeSent) {
  EXPECT_TRUE(one_says(in_ranks(2,
                                [](Ranks& ranks) {
                                  Gpu gpu(ranks);
                                  gpu.gather(1, 2, 0);
                                }),
                       "exchanging values between the ranks' GPUs"));
}

TEST_F(SumsOnGpus, BelongToTheStreamOfTheirGpu) {
  EXPECT_TRUE(one_says(in_ranks(2,
                                [](Ranks& ranks) {
                                  Gpu gpu(ranks);
                                  const auto other = open_device({.name = "cuda:3", .tf32 = false});
                                  gpu.sums->sum(gpu.data(), 4, other->stream());
                                }),
                       "another GPU's stream"));
}

TEST_F(SumsOnGpus, NeedAGpuForEachRank) {
  EXPECT_TRUE(one_says(in_ranks(2, [](Ranks& ranks) { Gpu gpu(ranks, 1); }), "Duplicate GPU"));
}

TEST_F(SumsOnGpus, EndIfARankIsGone) {
  const auto messages = in_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    if (!ranks.leads()) throw Error("no more disk");
    const auto replay = gpu.device->capture([&] { gpu.sum(0, 4); });
    for (int i = 0; i < 3; ++i) replay->run();
    EXPECT_THROW(gpu.device->synchronize(), Error);  // and does not wait for ever
    gpu.device->synchronize();                       // the stream is free again
    EXPECT_THROW(gpu.sum(0, 4), Error) << "after their end";
    ranks.check();
  });
  EXPECT_TRUE(messages[0].ends_with("no more disk")) << messages[0];
}

TEST_F(SumsOnGpus, NameTheRankThatIsGoneThoughNcclSeesItFirst) {
  const auto messages = in_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    ranks.gather("");  // both have joined
    if (ranks.leads()) {
      gpu.sum(0, 4);
      simulated_cuda::connections_broken = true;
      gpu.device->synchronize();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    throw Error("no more disk");
  });
  EXPECT_TRUE(messages[0].starts_with("rank 1 on ") && messages[0].ends_with(": no more disk")) << messages[0];
}

TEST_F(SumsOnGpus, SayWhatNcclSaysIfNoRankIsGone) {
  const auto start = std::chrono::steady_clock::now();
  const auto messages = in_ranks(2, [](Ranks& ranks) {
    Gpu gpu(ranks);
    ranks.gather("");
    if (!ranks.leads()) return;
    simulated_cuda::connections_broken = true;
    gpu.sums->check();
  });
  EXPECT_NE(messages[0].find("remote process exited"), std::string::npos) << messages[0];
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST_F(SumsOnGpus, AreNotWaitedForIfARankNeverJoins) {
  const auto messages = in_ranks(3, [](Ranks& ranks) {
    if (ranks.rank() == 2) throw Error("no such GPU");
    Gpu gpu(ranks);
  });
  EXPECT_TRUE(messages[0].ends_with("no such GPU")) << messages[0];
  EXPECT_TRUE(messages[1].ends_with("no such GPU")) << messages[1];
}

TEST_F(SumsOnGpus, EndAfterTheGraphsThatHoldThem) {
  in_sound_ranks(2, [](Ranks& ranks) {
    const auto device = open_device({.name = "cuda:" + std::to_string(ranks.rank()), .tf32 = false});
    OnDevice<float> values(*device, std::vector<float>{1});
    ncclUniqueId id;
    if (ranks.leads()) {
      ASSERT_EQ(ncclGetUniqueId(&id), ncclSuccess);
    }
    ranks.broadcast(&id, sizeof id);
    device->stream();
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    ncclComm_t comm = nullptr;
    EXPECT_EQ(ncclCommInitRankConfig(&comm, 2, id, ranks.rank(), &config), ncclInvalidArgument) << "it would block";
    config.blocking = 0;
    ASSERT_EQ(ncclCommInitRankConfig(&comm, 2, id, ranks.rank(), &config), ncclInProgress);
    for (ncclResult_t state = ncclInProgress; state == ncclInProgress;) ncclCommGetAsyncError(comm, &state);
    auto replay = device->capture([&] {
      EXPECT_EQ(ncclAllReduce(values.data(), values.data(), 1, ncclFloat32, ncclSum, comm, device->stream()),
                ncclSuccess);
    });
    EXPECT_EQ(ncclCommDestroy(comm), ncclInvalidUsage);
    replay.reset();
    EXPECT_EQ(ncclCommDestroy(comm), ncclSuccess);
    EXPECT_EQ(ncclCommDestroy(comm), ncclInvalidArgument) << "a second time";
  });
}

}  // namespace
}  // namespace gs::test
