// content_test.cpp - training images that hold nothing to learn from are said to.
#include "engine/data/content.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

Dataset two_images(std::vector<std::uint8_t> pixels) {
  return {2, 1, int(pixels.size()) / 2, 1, std::move(pixels), {0, 1}};
}

TEST(LackOfContent, IsNamed) {
  EXPECT_EQ(lack_of_content(two_images({0, 0, 0, 0})),
            "every pixel of all 2 training images is 0: there is nothing in them to learn from");
  EXPECT_EQ(lack_of_content(two_images({0, 200, 0, 200})),
            "all 2 training images are the same picture: there is nothing in them to learn from");
  EXPECT_EQ(lack_of_content(two_images({0, 13, 5, 2})),
            "the training images use only the values 0 to 13 of 0 to 255, so a network hardly sees them");
}

TEST(LackOfContent, OneDifferenceIsContent) {
  EXPECT_EQ(lack_of_content(two_images({7, 7, 200, 200})), "") << "two colours";
  EXPECT_EQ(lack_of_content(two_images({0, 200, 1, 200})), "");
  EXPECT_EQ(lack_of_content(two_images({100, 116, 100, 115})), "") << "17 values";
}

}  // namespace
}  // namespace gs::test
