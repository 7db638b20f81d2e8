// tensor_core_test.cpp - the simulator's matrix instructions and asynchronous copies: the documented layout of every
// fragment, the rounding of tf32, and refusals.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/sim/half.h"
#include "kernels/sim/simulator.h"
#include "tests/sim/tensor_cases.h"

namespace {

namespace sim = gs::sim;
using gs::simulator::SimError;

class TensorCore : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    if (GetParam()) gs::simulator::options() = {.random_order = true, .seed = GetParam()};
  }
  void TearDown() override { gs::simulator::options() = {}; }
};
INSTANTIATE_TEST_SUITE_P(, TensorCore, ::testing::Values(0, 1, 2, 3), [](const auto& info) {
  return info.param ? "seed_" + std::to_string(info.param) : std::string("ascending");
});

/// The product of an m x depth matrix by a depth x 8 one, in double precision.
template <class A, class B>
std::vector<double> product(int m, int depth, A a, B b) {
  std::vector<double> d(std::size_t(m) * 8);
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < 8; ++j)
      for (int k = 0; k < depth; ++k) d[std::size_t(i * 8 + j)] += double(a(i, k)) * double(b(k, j));
  return d;
}

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const SimError& error) {
    return error.what();
  }
  return "";
}

TEST_P(TensorCore, every_element_of_m16n8k8_is_where_the_documentation_says) {
  // All elements differ, and their products and sums are exact: a wrong place changes a sum.
  std::vector<float> a(128), b(64), d(128, NAN);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = float(i * 7 % 128 + 1);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = float(i * 13 % 64) - 20.5f;
  sim::tensor_multiply_tf32(d.data(), a.data(), b.data(), false);
  const auto want = product(
      16, 8, [&](int i, int k) { return a[std::size_t(i * 8 + k)]; },
      [&](int k, int j) { return b[std::size_t(k * 8 + j)]; });
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(double(d[i]), want[i]) << i;
}

TEST_P(TensorCore, every_element_of_m16n8k16_is_where_the_documentation_says) {
  std::vector<std::uint16_t> a(256), b(128);
  const auto value_a = [](int i, int k) { return float((i * 16 + k) * 11 % 256); };
  const auto value_b = [](int k, int j) { return float((j * 16 + k) * 5 % 128) - 40; };
  for (int i = 0; i < 16; ++i)
    for (int k = 0; k < 16; ++k) a[std::size_t(i * 16 + k)] = gs::simulator::__float2bfloat16(value_a(i, k)).bits;
  for (int j = 0; j < 8; ++j)
    for (int k = 0; k < 16; ++k) b[std::size_t(j * 16 + k)] = gs::simulator::__float2bfloat16(value_b(k, j)).bits;
  std::vector<float> d(128, NAN);
  sim::tensor_multiply_bf16(d.data(), a.data(), b.data());
  const auto want = product(16, 16, value_a, value_b);
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(double(d[i]), want[i]) << i;
}

TEST_P(TensorCore, ldmatrix_hands_word_t_of_row_g_to_lane_4g_plus_t) {
  std::vector<std::uint32_t> words(128), r(128, ~0u);
  for (std::uint32_t i = 0; i < 128; ++i) words[i] = 1000 + i;
  sim::tensor_load_matrices(r.data(), words.data());
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned matrix = 0; matrix < 4; ++matrix)
      EXPECT_EQ(r[lane * 4 + matrix], 1000 + (matrix * 8 + lane / 4) * 4 + lane % 4) << lane << ", " << matrix;
}

TEST_P(TensorCore, operands_whose_lines_are_k_make_the_same_product) {
  std::vector<std::uint16_t> a(256), b(128);
  const auto value_a = [](int i, int k) { return float((i * 16 + k) * 11 % 256); };
  const auto value_b = [](int k, int j) { return float((j * 16 + k) * 5 % 128) - 40; };
  for (int k = 0; k < 16; ++k) {
    for (int i = 0; i < 16; ++i) a[std::size_t(k * 16 + i)] = gs::simulator::__float2bfloat16(value_a(i, k)).bits;
    for (int j = 0; j < 8; ++j) b[std::size_t(k * 8 + j)] = gs::simulator::__float2bfloat16(value_b(k, j)).bits;
  }
  std::vector<float> d(128, NAN);
  sim::tensor_multiply_bf16_turned(d.data(), a.data(), b.data());
  const auto want = product(16, 16, value_a, value_b);
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(double(d[i]), want[i]) << i;
}

TEST_P(TensorCore, ldmatrix_turned_hands_column_g_of_rows_2t_and_2t_plus_1_to_lane_4g_plus_t) {
  std::vector<std::uint32_t> words(128), r(128, ~0u);
  const auto element = [](unsigned row, unsigned column) { return std::uint32_t(1000 + row * 8 + column); };
  for (unsigned i = 0; i < 128; ++i)
    words[i] = element(i / 4, i % 4 * 2) | element(i / 4, i % 4 * 2 + 1) << 16;  // 32 rows of 8
  sim::tensor_load_matrices_turned(r.data(), words.data());
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned matrix = 0; matrix < 4; ++matrix) {
      const unsigned row = matrix * 8 + lane % 4 * 2;
      EXPECT_EQ(r[lane * 4 + matrix], element(row, lane / 4) | element(row + 1, lane / 4) << 16) << lane;
    }
}

TEST_P(TensorCore, unrounded_operands_lose_their_low_bits_and_rounded_ones_are_the_nearest) {
  std::vector<float> a(128, 0.0f), b(64, 0.0f), d(128, NAN);
  a[0] = 1 + 0x1.8p-11f;  // between 1 and 1 + 2^-10, nearer to the second
  b[0] = 1;
  sim::tensor_multiply_tf32(d.data(), a.data(), b.data(), false);
  EXPECT_EQ(d[0], 1.0f);
  sim::tensor_multiply_tf32(d.data(), a.data(), b.data(), true);
  EXPECT_EQ(d[0], 1 + 0x1p-10f);
  a[0] = std::bit_cast<float>(0x7f800001u);  // a NaN in a low bit
  sim::tensor_multiply_tf32(d.data(), a.data(), b.data(), false);
  EXPECT_TRUE(std::isnan(d[0]));
}

TEST(RoundToTf32, ties_go_away_from_zero_and_special_values_stay) {
  const auto round = [](float x) { return std::bit_cast<float>(sim::tensor_round(x)); };
  EXPECT_EQ(round(0.0f), 0.0f);
  EXPECT_TRUE(std::signbit(round(-0.0f)));
  EXPECT_EQ(round(1.0f), 1.0f);
  EXPECT_EQ(round(1 + 0x1p-11f), 1 + 0x1p-10f);                   // a tie above an even number
  EXPECT_EQ(round(-1 - 0x1p-11f), -1 - 0x1p-10f);                 // away from zero on both sides
  EXPECT_EQ(round(1 + 0x1.8p-10f), 1 + 0x1p-9f);                  // a tie above an odd one
  EXPECT_EQ(round(1 + 0x1p-11f - 0x1p-23f), 1.0f);                // just below the tie
  EXPECT_EQ(round(2 - 0x1p-23f), 2.0f);                           // the carry reaches the exponent
  EXPECT_EQ(round(1.0f / 3), 0x1.554p-2f);                        // 0x1.555556p-2
  EXPECT_EQ(round(std::numeric_limits<float>::max()), INFINITY);  // nearer to the value past the greatest
  EXPECT_EQ(round(-INFINITY), -INFINITY);
  EXPECT_TRUE(std::isnan(round(NAN)));
  EXPECT_TRUE(std::isnan(round(std::bit_cast<float>(0xffffffffu))));
  EXPECT_TRUE(std::isnan(round(std::bit_cast<float>(0x7f800001u))));
}

TEST_P(TensorCore, a_warp_in_part_is_refused) {
  std::vector<float> d(64);
  const std::string left = message([&] { sim::tensor_multiply_in_part(d.data(), 32); });
  EXPECT_NE(left.find("a matrix instruction needs all 32 lanes of its warp, and 31 take part"), left.npos) << left;
  EXPECT_NE(left.find("tensor_kernels.cu:"), left.npos) << left;
  const std::string small = message([&] { sim::tensor_multiply_in_part(d.data(), 4); });
  EXPECT_NE(small.find("needs all 32 lanes of its warp, and 4 take part"), small.npos) << small;
  const std::string mixed = message([&] { sim::tensor_multiply_beside_ldmatrix(d.data()); });
  EXPECT_NE(mixed.find("lanes of one warp meet in different warp operations"), mixed.npos) << mixed;
}

TEST_P(TensorCore, a_copy_arrives_when_its_group_is_waited_for) {
  std::vector<float> x(128);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i) + 1;
  const auto run = [&](int waits) {
    std::vector<float> y(288, -1.0f);
    sim::tensor_copy_in_groups(y.data(), x.data(), waits);
    return y;
  };
  const auto none = run(0), older = run(1), both = run(2);
  for (std::size_t i = 0; i < 32; ++i) {
    for (std::size_t j = 0; j < 8; ++j) EXPECT_TRUE(std::isnan(none[8 * i + j])) << "seen without a wait";
    for (std::size_t j = 0; j < 4; ++j) {
      EXPECT_EQ(older[8 * i + j], x[4 * i + j]);
      EXPECT_TRUE(std::isnan(older[8 * i + 4 + j])) << "the latest group was not waited for";
      EXPECT_EQ(both[8 * i + j], x[4 * i + j]);
    }
    EXPECT_EQ(both[8 * i + 4], x[4 * i + 1]);
    EXPECT_EQ(both[8 * i + 5], 0.0f);
    EXPECT_EQ(both[8 * i + 6], x[i]);
    EXPECT_EQ(both[8 * i + 7], x[1]);
    EXPECT_EQ(both[256 + i], 0.0f);
  }
}

TEST_P(TensorCore, a_copy_that_nobody_waits_for_is_an_error) {
  alignas(16) float x[128] = {};
  for (const bool committed : {true, false}) {
    const std::string error = message([&] { sim::tensor_end_without_wait(x, committed); });
    EXPECT_NE(error.find("ended with 1 asynchronous copies that it has not waited for"), error.npos) << error;
  }
  const std::string error = message([&] { sim::tensor_copy_unaligned(x); });
  EXPECT_NE(error.find("needs addresses aligned to the bytes it moves"), error.npos) << error;
}

}  // namespace
