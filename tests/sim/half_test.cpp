// half_test.cpp - the 16-bit floats and vector types, checked by definition and, if the CUDA toolkit is installed,
// value for value against its own.
#include "kernels/sim/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/sim/types.h"
#ifdef GRIDSTRIDE_COMPARE_WITH_CUDA_HEADERS
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <vector_types.h>
#endif

namespace {

namespace simulator = gs::simulator;
using simulator::__bfloat162float;
using simulator::__float2bfloat16;
using simulator::__float2half;
using simulator::__half2float;

float from_bits(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

/// Calls visit(float) for every exponent and sign, with mantissas near every rounding boundary and many between.
template <class Visit>
void for_many_floats(Visit visit) {
  for (std::uint64_t bits = 0; bits < (std::uint64_t(1) << 32); bits += 4099) visit(from_bits(std::uint32_t(bits)));
  for (std::uint32_t high = 0; high < 0x10000; high += 3)
    for (std::uint32_t low : {0x0000u, 0x0001u, 0x0fffu, 0x1000u, 0x1001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu})
      visit(from_bits(high << 16 | low));
}

TEST(Half, every_value_survives_the_way_to_float_and_back) {
  for (std::uint32_t bits = 0; bits < 0x10000; bits++) {
    const float half = __half2float({std::uint16_t(bits)}), brain = __bfloat162float({std::uint16_t(bits)});
    if (std::isnan(half))
      EXPECT_EQ(__float2half(half).bits & 0x7fff, 0x7fff);
    else
      EXPECT_EQ(__float2half(half).bits, bits);
    if (std::isnan(brain))
      EXPECT_EQ(__float2bfloat16(brain).bits & 0x7fff, 0x7fff);
    else
      EXPECT_EQ(__float2bfloat16(brain).bits, bits);
  }
}

TEST(Half, values_by_definition) {
  EXPECT_EQ(__half2float({0x3c00}), 1.0f);
  EXPECT_EQ(__half2float({0xc000}), -2.0f);
  EXPECT_EQ(__half2float({0x7bff}), 65504.0f);
  EXPECT_EQ(__half2float({0x0400}), 0x1p-14f);
  EXPECT_EQ(__half2float({0x0001}), 0x1p-24f);
  EXPECT_EQ(__half2float({0x7c00}), INFINITY);
  EXPECT_TRUE(std::isnan(__half2float({0x7e00})));
  EXPECT_TRUE(std::signbit(__half2float({0x8000})));
  EXPECT_EQ(__bfloat162float({0x3f80}), 1.0f);
  EXPECT_EQ(__bfloat162float({0x7f80}), INFINITY);
}

/// Checks that `rounded` is the nearer 16-bit neighbour of `value`, or the even one on a tie.
template <class ToFloat>
void expect_nearest_even(float value, std::uint16_t rounded, ToFloat to_float, std::uint16_t infinity, float overflow) {
  if (std::isnan(value)) {
    EXPECT_TRUE(std::isnan(to_float(rounded)));
    return;
  }
  EXPECT_EQ(std::signbit(to_float(rounded)), std::signbit(value));
  const std::uint16_t magnitude = rounded & 0x7fff;
  if (std::fabs(value) >= overflow) {
    EXPECT_EQ(magnitude, infinity) << value;
    return;
  }
  ASSERT_LT(magnitude, infinity) << value;
  const double error = std::fabs(double(to_float(magnitude)) - std::fabs(double(value)));
  for (int step : {-1, 1}) {
    if (magnitude + step < 0 || magnitude + step >= infinity) continue;
    const double other = std::fabs(double(to_float(std::uint16_t(magnitude + step))) - std::fabs(double(value)));
    EXPECT_TRUE(error < other || (error == other && magnitude % 2 == 0)) << value;
  }
}

TEST(Half, floats_round_to_the_nearest_ties_to_even) {
  const auto half = [](std::uint16_t bits) { return __half2float({bits}); };
  const auto brain = [](std::uint16_t bits) { return __bfloat162float({bits}); };
  for_many_floats([&](float value) {
    expect_nearest_even(value, __float2half(value).bits, half, 0x7c00, 65520.0f);
    expect_nearest_even(value, __float2bfloat16(value).bits, brain, 0x7f80, from_bits(0x7f7f8000));
  });
}

#ifdef GRIDSTRIDE_COMPARE_WITH_CUDA_HEADERS

std::uint16_t bits_of(::__half value) {
  return std::bit_cast<std::uint16_t>(::__half_raw(value));
}
std::uint16_t bits_of(::__nv_bfloat16 value) {
  return std::bit_cast<std::uint16_t>(::__nv_bfloat16_raw(value));
}

TEST(Half, conversions_are_the_toolkits_bit_for_bit) {
  for_many_floats([&](float value) {
    ASSERT_EQ(__float2half(value).bits, bits_of(::__float2half(value))) << value;
    ASSERT_EQ(__float2bfloat16(value).bits, bits_of(::__float2bfloat16(value))) << value;
  });
  for (std::uint32_t bits = 0; bits < 0x10000; bits++) {
    const ::__half_raw half{.x = std::uint16_t(bits)};
    const ::__nv_bfloat16_raw brain{.x = std::uint16_t(bits)};
    const float ours = __half2float({std::uint16_t(bits)}), theirs = ::__half2float(::__half(half));
    if (std::isnan(theirs))
      EXPECT_TRUE(std::isnan(ours)) << bits;  // the toolkit keeps no payload on the CPU
    else
      EXPECT_EQ(std::bit_cast<std::uint32_t>(ours), std::bit_cast<std::uint32_t>(theirs)) << bits;
    EXPECT_EQ(std::bit_cast<std::uint32_t>(__bfloat162float({std::uint16_t(bits)})),
              std::bit_cast<std::uint32_t>(::__bfloat162float(::__nv_bfloat16(brain))))
        << bits;
  }
}

TEST(Types, have_the_toolkits_sizes_and_alignments) {
#define GS_SAME_LAYOUT(type)                          \
  EXPECT_EQ(sizeof(simulator::type), sizeof(::type)); \
  EXPECT_EQ(alignof(simulator::type), alignof(::type))
  GS_SAME_LAYOUT(dim3);
  GS_SAME_LAYOUT(uint3);
  GS_SAME_LAYOUT(uchar2);
  GS_SAME_LAYOUT(uchar4);
  GS_SAME_LAYOUT(int2);
  GS_SAME_LAYOUT(int3);
  GS_SAME_LAYOUT(int4);
  GS_SAME_LAYOUT(uint2);
  GS_SAME_LAYOUT(uint4);
  GS_SAME_LAYOUT(float2);
  GS_SAME_LAYOUT(float3);
  GS_SAME_LAYOUT(float4);
  GS_SAME_LAYOUT(double2);
  GS_SAME_LAYOUT(__half);
  GS_SAME_LAYOUT(__nv_bfloat16);
#undef GS_SAME_LAYOUT
}

#endif

}  // namespace
