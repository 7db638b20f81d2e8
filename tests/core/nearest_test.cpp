// nearest_test.cpp - suggestions for a mistyped word; large numbers with commas.
#include "engine/core/nearest.h"

#include <gtest/gtest.h>

#include "kernels/common/grouped.h"

namespace gs::test {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("lenet", "lenet"), 0u);
  EXPECT_EQ(edit_distance("lenet", "lennet"), 1u);
  EXPECT_EQ(edit_distance("lenet", "linet"), 1u);
  EXPECT_EQ(edit_distance("train", "trian"), 1u);  // a swap is one edit
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggestion, OnlyWhereANameIsNear) {
  EXPECT_EQ(suggestion("lenett", {"alexnet", "lenet"}), "did you mean 'lenet'?");
  EXPECT_EQ(suggestion("resnet", {"mlp", "vgg"}), "expected one of mlp, vgg");
  EXPECT_EQ(suggestion("resnet", {"mlp"}), "expected mlp");
  EXPECT_EQ(nearest_name("anything", {}), "");
}

TEST(Grouped, ThreeDigitsAtATime) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(4213249), "4,213,249");
  EXPECT_EQ(grouped(-123456), "-123,456");
}

}  // namespace
}  // namespace gs::test
