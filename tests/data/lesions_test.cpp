// lesions_test.cpp - synthetic:lesions against values from a numpy implementation of its recipe. See docs/data.md.
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "engine/data/image.h"
#include "engine/data/lesions.h"
#include "engine/data/lesions_random.h"
#include "engine/data/lesions_scene.h"

namespace gs::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes picture(std::uint64_t index, int size, std::uint64_t seed = 1) {
  Bytes rgb(std::size_t(size) * std::size_t(size) * 3);
  lesions::draw(seed, index, size, rgb.data());
  return rgb;
}

std::array<long, 3> channel_sums(const Bytes& rgb) {
  std::array<long, 3> sums{};
  for (std::size_t i = 0; i < rgb.size(); ++i) sums[i % 3] += rgb[i];
  return sums;
}

Bytes grey_of(const Bytes& rgb) {
  Bytes result(rgb.size() / 3);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = grey(&rgb[3 * i]);
  return result;
}

/// Tolerance: one grey level in one value of 10,000, since math libraries round differently.
struct CheckValue {
  std::uint64_t index;
  int size;
  std::array<long, 3> sums;
  long grey_sum;
  std::vector<int> middle_of_row;  ///< grey, row size/2, from column 60/128 of the width on
};

class Recipe : public ::testing::TestWithParam<CheckValue> {};

TEST_P(Recipe, DrawsTheSameBytes) {
  const CheckValue& want = GetParam();
  const Bytes rgb = picture(want.index, want.size), grey_values = grey_of(rgb);
  const long tolerance = long(rgb.size()) / 10000;
  const std::array<long, 3> sums = channel_sums(rgb);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_LE(std::abs(sums[c] - want.sums[c]), tolerance) << "channel " << c;
  EXPECT_LE(std::abs(std::accumulate(grey_values.begin(), grey_values.end(), 0L) - want.grey_sum), tolerance);
  const std::size_t first = std::size_t(want.size) / 2 * std::size_t(want.size) + std::size_t(want.size) * 60 / 128;
  int different = 0;
  for (std::size_t i = 0; i < want.middle_of_row.size(); ++i)
    different += std::abs(int(grey_values[first + i]) - want.middle_of_row[i]);
  EXPECT_LE(different, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Images, Recipe,
    ::testing::Values(CheckValue{0, 128, {2106778, 1984677, 2311262}, 2058458, {60, 56, 59, 66, 76, 81, 96, 115}},
                      CheckValue{1, 128, {2203665, 1915999, 2420930}, 2059528, {80, 85, 82, 75, 76, 76, 75, 72}},
                      CheckValue{0, 64, {526441, 496165, 577496}, 514477, {50, 55, 77, 98}}),
    [](const auto& info) {
      return "image" + std::to_string(info.param.index) + "_of_size_" + std::to_string(info.param.size);
    });

TEST(Lesions, TraitsAreThoseOfTheRecipe) {
  EXPECT_NEAR(lesions::draw_traits(1, 0).diameter, -0.25149893587985334, 1e-12);
  EXPECT_NEAR(lesions::draw_traits(1, 0).edge, 0.7154067879614907, 1e-12);
}

TEST(Lesions, APictureIsAFunctionOfItsSeedAndIndexAlone) {
  const Bytes first = picture(5, 32);
  picture(6, 32);
  EXPECT_EQ(picture(5, 32), first);
  EXPECT_NE(picture(7, 32), first);
  EXPECT_NE(picture(5, 32, 2), first);
  EXPECT_NE(picture(lesions::first_validation_index + 5, 32), first);
}

TEST(Lesions, ClassesAlternate) {
  EXPECT_EQ(lesions::class_names(), (std::vector<std::string>{"mel", "nev"}));
  EXPECT_EQ(lesions::label_of(0), 0);
  EXPECT_EQ(lesions::label_of(1), 1);
  EXPECT_EQ(lesions::label_of(lesions::first_validation_index), 0);
}

TEST(Lesions, OddAndTinySizesAreDrawn) {
  for (const int size : {1, 2, 31, 129}) {
    Bytes rgb(std::size_t(size) * std::size_t(size) * 3 + 1, 77);
    lesions::draw(1, 3, size, rgb.data());
    EXPECT_EQ(rgb.back(), 77) << "wrote past a picture of size " << size;
  }
}

TEST(Lesions, AnOblongPictureIsTheSquareOneSqueezed) {
  const Bytes square = picture(0, 128);
  Bytes flat(32 * 128 * 3);
  lesions::draw(1, 0, ImageSize(32, 128), flat.data());
  const Image expected = resized({128, 128, 3, square}, ImageSize(32, 128));
  double difference = 0;
  for (std::size_t i = 0; i < flat.size(); ++i) difference += std::abs(int(flat[i]) - int(expected.pixels[i]));
  EXPECT_LT(difference / double(flat.size()), 8) << "noise and sharp rims differ, the scene does not";
}

TEST(Lesions, TheTraitsSeparateTheClassesAsMuchAsTheRecipeSays) {
  // The border trait alone decides 80 % (Phi(0.84)); 2000 pictures give a standard error of 0.9 %.
  int right = 0;
  constexpr int count = 2000;
  for (std::uint64_t i = 0; i < count; ++i)
    right += (lesions::draw_traits(1, i).border > 0) == (lesions::label_of(i) == 0);
  EXPECT_NEAR(double(right) / count, 0.80, 0.035);
}

}  // namespace
}  // namespace gs::test
