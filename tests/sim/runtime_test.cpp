// runtime_test.cpp - indices, barriers, warp operations, atomics, shared memory: on both CPU targets as CUDA specifies.
#include <gtest/gtest.h>
#include <omp.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/sim/simulator.h"
#include "tests/sim/cases.h"

namespace {

using gs::Seen;

/// The functions of correct_kernels.cu on one target.
struct Kernels {
  const char* name;
  decltype(&gs::sim::see) see;
  decltype(&gs::sim::reverse_in_shared) reverse_in_shared;
  decltype(&gs::sim::shuffle_all) shuffle_all;
  decltype(&gs::sim::vote_all) vote_all;
  decltype(&gs::sim::atomics_all) atomics_all;
  decltype(&gs::sim::keep_over_barriers) keep_over_barriers;
  decltype(&gs::sim::read_fresh_shared) read_fresh_shared;
  decltype(&gs::sim::tiled_product) tiled_product;
  decltype(&gs::sim::exponentials) exponentials;
};
#define GS_KERNELS(target)                                                                                  \
  Kernels {                                                                                                 \
#target, gs::target::see, gs::target::reverse_in_shared, gs::target::shuffle_all, gs::target::vote_all, \
        gs::target::atomics_all, gs::target::keep_over_barriers, gs::target::read_fresh_shared,             \
        gs::target::tiled_product, gs::target::exponentials                                                 \
  }

class Runtime : public ::testing::TestWithParam<std::tuple<Kernels, std::uint64_t>> {
 protected:
  void SetUp() override {
    const std::uint64_t seed = std::get<1>(GetParam());
    if (seed) gs::simulator::options() = {.random_order = true, .seed = seed};
  }
  void TearDown() override { gs::simulator::options() = {}; }
  const Kernels& kernels() const { return std::get<0>(GetParam()); }
};

TEST_P(Runtime, every_thread_sees_its_own_indices) {
  const unsigned g[3] = {3, 2, 4}, b[3] = {5, 3, 2};
  std::vector<Seen> seen(3 * 2 * 4 * 5 * 3 * 2);
  kernels().see(seen.data(), g[0], g[1], g[2], b[0], b[1], b[2]);
  std::size_t i = 0;
  for (unsigned gz = 0; gz < g[2]; gz++)
    for (unsigned gy = 0; gy < g[1]; gy++)
      for (unsigned gx = 0; gx < g[0]; gx++)
        for (unsigned bz = 0; bz < b[2]; bz++)
          for (unsigned by = 0; by < b[1]; by++)
            for (unsigned bx = 0; bx < b[0]; bx++) {
              const Seen& s = seen[i++];
              EXPECT_TRUE(s.thread[0] == bx && s.thread[1] == by && s.thread[2] == bz);
              EXPECT_TRUE(s.block[0] == gx && s.block[1] == gy && s.block[2] == gz);
              EXPECT_TRUE(s.block_extent[0] == b[0] && s.block_extent[1] == b[1] && s.block_extent[2] == b[2]);
              EXPECT_TRUE(s.grid_extent[0] == g[0] && s.grid_extent[1] == g[1] && s.grid_extent[2] == g[2]);
            }
}

TEST_P(Runtime, a_barrier_makes_shared_memory_visible) {
  for (unsigned threads : {1u, 31u, 32u, 33u, 256u, 1024u})
    for (bool dynamic : {false, true}) {
      const unsigned blocks = 7;
      std::vector<float> x(blocks * threads), y(x.size());
      std::iota(x.begin(), x.end(), 1.0f);
      kernels().reverse_in_shared(y.data(), x.data(), blocks, threads, dynamic);
      for (unsigned i = 0; i < x.size(); i++)
        ASSERT_EQ(y[i], x[i / threads * threads + threads - 1 - i % threads]) << threads << " threads, element " << i;
    }
}

TEST_P(Runtime, what_a_thread_keeps_in_registers_survives_the_other_threads) {
  constexpr int kept = gs::kept_numbers;
  const unsigned threads = 96;
  const int rounds = 3;
  std::vector<double> y(threads * kept);
  std::vector<std::int64_t> z(y.size());
  for (unsigned i = 0; i < threads; i++) {
    y[i] = 1 + i;
    z[i] = (std::int64_t(i + 1) << 40) + i;
  }
  const std::vector<double> first_double(y.begin(), y.begin() + threads);
  const std::vector<std::int64_t> first_integer(z.begin(), z.begin() + threads);
  kernels().keep_over_barriers(y.data(), z.data(), threads, rounds);
  for (unsigned thread = 0; thread < threads; thread++) {
    std::vector<double> doubles(kept, first_double[thread]);
    std::vector<std::int64_t> integers(kept, first_integer[thread]);
    for (std::size_t i = 1; i < kept; i++) {
      doubles[i] = doubles[i - 1] / 2;
      integers[i] = integers[i - 1] * 3;
    }
    for (int round = 0; round < rounds; round++)
      for (std::size_t i = 1; i < kept; i++) {
        doubles[i] += doubles[i - 1];
        integers[i] ^= integers[i - 1];
      }
    for (std::size_t i = 0; i < kept; i++) {
      ASSERT_EQ(y[thread * kept + i], doubles[i]) << "thread " << thread << ", number " << i;
      ASSERT_EQ(z[thread * kept + i], integers[i]) << "thread " << thread << ", number " << i;
    }
  }
}

TEST_P(Runtime, shuffles_read_the_lane_that_cuda_says) {
  const unsigned blocks = 3;
  std::vector<int> y(7 * 32 * blocks);
  kernels().shuffle_all(y.data(), blocks);
  for (unsigned block = 0; block < blocks; block++)
    for (int lane = 0; lane < 32; lane++) {
      const int* mine = &y[7 * (block * 32 + unsigned(lane))];
      EXPECT_EQ(mine[0], 105);
      EXPECT_EQ(mine[1], 100 + lane / 8 * 8 + (lane + 3) % 8);
      EXPECT_EQ(mine[2], 100 + (lane + 4 < 32 ? lane + 4 : lane));
      EXPECT_EQ(mine[3], 100 + (lane % 16 >= 3 ? lane - 3 : lane));
      EXPECT_EQ(mine[4], 100 + (lane ^ 9));
      EXPECT_EQ(mine[5], 100 + (lane < 16 ? lane ^ 1 : lane < 31 ? lane + 1 : lane));
      EXPECT_EQ(mine[6], 100 + (lane ^ 1));
    }
}

TEST_P(Runtime, votes_count_the_lanes_of_their_mask) {
  std::vector<unsigned> y(128);
  kernels().vote_all(y.data());
  for (unsigned lane = 0; lane < 32; lane++) {
    EXPECT_EQ(y[lane], 0x49249249u);
    EXPECT_EQ(y[32 + lane], lane < 8 ? 4u : 0u);
    EXPECT_EQ(y[64 + lane], 1u);
    EXPECT_EQ(y[96 + lane], 1u);
  }
}

TEST_P(Runtime, atomics_lose_nothing) {
  const int blocks = 40, threads = 96, all = blocks * threads;
  std::vector<int> y = {0, -1, 1, 0, 0, 0, 0};
  float z = 0;
  kernels().atomics_all(y.data(), &z, blocks, threads);
  EXPECT_EQ(y[0], 2 * all);
  EXPECT_EQ(y[1], all - 1);
  EXPECT_EQ(y[2], -(all - 1));
  EXPECT_EQ(y[3], -1);
  EXPECT_EQ(y[4], all % 7);
  EXPECT_EQ(y[5], all);
  EXPECT_EQ(y[6], -all);
  EXPECT_EQ(z, 0.5f * all);
}

TEST_P(Runtime, dynamic_shared_memory_begins_as_nan) {
  std::vector<float> y(32, 0.0f);
  kernels().read_fresh_shared(y.data());
  for (float value : y) EXPECT_TRUE(std::isnan(value));
}

TEST_P(Runtime, a_tiled_product_is_right_for_sizes_with_tails) {
  for (int n : {1, 7, 8, 9, 40}) {
    std::vector<float> a(std::size_t(n * n)), b(a.size()), c(a.size());
    for (std::size_t i = 0; i < a.size(); i++) {
      a[i] = float(i % 7) - 3;
      b[i] = float(i % 5) - 2;
    }
    kernels().tiled_product(c.data(), a.data(), b.data(), n);
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        float sum = 0;
        for (int k = 0; k < n; k++) sum += a[std::size_t(i * n + k)] * b[std::size_t(k * n + j)];
        ASSERT_EQ(c[std::size_t(i * n + j)], sum);  // small integers: exact
      }
  }
}

TEST_P(Runtime, expf_is_within_its_error_and_keeps_nan_and_infinity) {
  std::vector<float> x, y;
  for (float v = -86.9f; v < 88.7f; v += 0.0137f) x.push_back(v);
  const std::size_t finite = x.size();
  x.insert(x.end(), {-INFINITY, INFINITY, NAN, -200.0f, 100.0f, 0.0f});
  y.resize(x.size());
  kernels().exponentials(y.data(), x.data(), std::int64_t(x.size()));
  for (std::size_t i = 0; i < finite; i++)
    EXPECT_NEAR(y[i] / std::exp(double(x[i])), 1.0, 3e-7) << "exp(" << x[i] << ")";
  EXPECT_EQ(y[finite], 0.0f);
  EXPECT_EQ(y[finite + 1], INFINITY);
  EXPECT_TRUE(std::isnan(y[finite + 2]));
  EXPECT_EQ(y[finite + 3], 0.0f);
  EXPECT_EQ(y[finite + 4], INFINITY);
  EXPECT_EQ(y[finite + 5], 1.0f);
}

INSTANTIATE_TEST_SUITE_P(
    , Runtime, ::testing::Combine(::testing::Values(GS_KERNELS(host), GS_KERNELS(sim)), ::testing::Values(0, 1, 2, 3)),
    [](const auto& info) {
      const std::uint64_t seed = std::get<1>(info.param);
      return std::string(std::get<0>(info.param).name) + (seed ? "_seed_" + std::to_string(seed) : "_ascending");
    });

}  // namespace
