// label_pattern_test.cpp - a class by a word in a name: the longest match wins.
#include "engine/data/label_pattern.h"

#include "tests/support/errors.h"

namespace gs::test {
namespace {

TEST(LabelPattern, TheLongestMatchWins) {
  const std::vector<std::string> patterns{"abnormal", "normal", "abnormal_mild"};
  const auto label = [&](const std::string& name) { return label_by_pattern(name, patterns, name); };
  EXPECT_EQ(label("abnormal_1.png"), 0);
  EXPECT_EQ(label("normal_1.png"), 1);
  EXPECT_EQ(label("normal_normal.png"), 1) << "twice the same is not ambiguous";
  EXPECT_EQ(label("x_abnormal_mild.png"), 2);
  EXPECT_TRUE(refuses([&] { label("abnormal_not_normal.png"); }, {"more than one", "abnormal_not_normal.png"}));
  EXPECT_TRUE(refuses([&] { label("other.png"); }, {"--label-pattern abnormal,normal", "none matches", "other.png"}));
  EXPECT_TRUE(refuses(
      [] {
        label_by_pattern("abc", {"ab", "bc"}, "abc");
      },
      {"more than one"}))
      << "they overlap, and neither contains the other";
}

}  // namespace
}  // namespace gs::test
