// image_test.cpp - resizing and channels, against numbers that can be checked by hand.
#include "engine/data/image.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/compare.h"

namespace gs::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Resized, HalvingIsTheMeanOfFour) {
  const Image image{4, 4, 1, {0, 2, 10, 10, 4, 6, 10, 10, 255, 255, 1, 0, 255, 255, 0, 0}};
  EXPECT_EQ(resized(image, 2).pixels, (Bytes{3, 10, 255, 0}));
}

TEST(Resized, AnAreaThatCutsPixelsWeighsThem) {
  // 3 pixels become 2: the first is (1 a + 0.5 b) / 1.5.
  const Image image{3, 3, 1, {30, 90, 0, 30, 90, 0, 30, 90, 0}};
  EXPECT_EQ(resized(image, 2).pixels, (Bytes{50, 30, 50, 30}));
}

TEST(Resized, DoublingIsLinearBetweenCentres) {
  const Image image{2, 2, 1, {0, 100, 0, 100}};
  EXPECT_EQ(resized(image, 4).pixels, (Bytes{0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100}));
}

TEST(Resized, TheSameSizeChangesNothing) {
  const Image image{5, 5, 3, random_values<std::uint8_t>(75, 1, 0, 255)};
  EXPECT_EQ(resized(image, 5).pixels, image.pixels);
}

TEST(Resized, OnePixelFillsEverySize) {
  const Image image{1, 1, 3, {7, 8, 9}};
  const Image big = resized(image, 3);
  ASSERT_EQ(big.pixels.size(), 27u);
  for (std::size_t i = 0; i < 27; ++i) EXPECT_EQ(big.pixels[i], 7 + i % 3);
}

TEST(Resized, AnOblongPictureKeepsItsConstantAndItsMean) {
  EXPECT_EQ(resized({7, 30, 1, Bytes(210, 123)}, 11).pixels, Bytes(121, 123));
  const Image image{20, 6, 1, random_values<std::uint8_t>(120, 3, 0, 255)};
  const auto mean = [](const Bytes& b) { return std::accumulate(b.begin(), b.end(), 0.0) / double(b.size()); };
  EXPECT_NEAR(mean(resized(image, 5).pixels), mean(image.pixels), 0.5);
}

TEST(Resized, HeightAndWidthAreTheirOwn) {
  const Image image{2, 4, 1, {0, 10, 20, 30, 100, 110, 120, 130}};
  const Image flat = resized(image, ImageSize(1, 2));
  EXPECT_EQ(flat.h, 1);
  EXPECT_EQ(flat.w, 2);
  EXPECT_EQ(flat.pixels, (Bytes{55, 75}));
  EXPECT_EQ(resized(image, ImageSize(2, 4)).pixels, image.pixels);
  EXPECT_EQ(size_text(ImageSize(96, 128)), "96x128");
  EXPECT_EQ(size_text(96), "96");
}

TEST(Grey, IsTheWeightedSumRounded) {
  const auto grey_of = [](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    const std::uint8_t rgb[] = {r, g, b};
    return int(grey(rgb));
  };
  EXPECT_EQ(grey_of(255, 255, 255), 255);
  EXPECT_EQ(grey_of(0, 0, 0), 0);
  EXPECT_EQ(grey_of(255, 0, 0), 76);
  EXPECT_EQ(grey_of(0, 255, 0), 150);
  EXPECT_EQ(grey_of(0, 0, 255), 29);
}

TEST(WithChannels, GreyRepeatsAndColourIsWeighed) {
  EXPECT_EQ(with_channels({1, 2, 1, {5, 6}}, 3).pixels, (Bytes{5, 5, 5, 6, 6, 6}));
  EXPECT_EQ(with_channels({1, 2, 3, {255, 0, 0, 9, 9, 9}}, 1).pixels, (Bytes{76, 9}));
  EXPECT_EQ(with_channels({1, 1, 3, {1, 2, 3}}, 3).pixels, (Bytes{1, 2, 3}));
}

}  // namespace
}  // namespace gs::test
