// duplicates_test.cpp - the same picture twice, and how it is said.
#include "engine/data/duplicates.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

/// Images of 1x2 whose pixels are the characters of `pixels`, twice each.
Dataset images(const std::string& pixels, std::vector<std::int32_t> labels) {
  Dataset d{.n = int(pixels.size()), .h = 1, .w = 2, .c = 1, .images = {}, .labels = std::move(labels)};
  for (const char pixel : pixels) d.images.insert(d.images.end(), 2, std::uint8_t(pixel));
  return d;
}

std::vector<std::pair<std::string, std::string>> names(const std::vector<ImagePair>& pairs, const DataSplits& data) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const ImagePair& pair : pairs) all.emplace_back(name_of(data, pair.first), name_of(data, pair.second));
  return all;
}

using Names = std::vector<std::pair<std::string, std::string>>;

TEST(Duplicates, AreFoundAcrossSplitsAndClassesAndWithinThem) {
  DataSplits data;
  data.source = "photos";
  data.train = images("abcab", {0, 0, 1, 0, 1});  // a twice in class 0, b in both classes
  data.validation = images("xcba", {0, 1, 0, 1});
  const Duplicates found = find_duplicates(data);
  EXPECT_EQ(names(found.repeated, data), (Names{{"training image 1", "training image 4"}}));
  EXPECT_EQ(names(found.across, data), (Names{{"training image 3", "validation image 2"},
                                              {"training image 2", "validation image 3"},
                                              {"training image 1", "validation image 4"}}));
  EXPECT_EQ(names(found.classes, data), (Names{{"training image 2", "training image 5"},
                                               {"training image 5", "validation image 3"},
                                               {"training image 1", "validation image 4"}}));
  data.train.files = {"t/a", "t/b", "t/c", "t/d", "t/e"};
  data.validation.files = {"v/a", "v/b", "v/c", "v/d"};
  EXPECT_EQ(summary_of(found, data),
            "--data photos: the same picture twice: 3 validation images also train (first: t/c and v/b); 3 images are "
            "in two classes (first: t/b and t/e)");
}

TEST(Duplicates, WithinAClassAloneAreNoWarning) {
  DataSplits data;
  data.train = images("aab", {0, 0, 1});
  data.validation = images("cd", {0, 1});
  const Duplicates found = find_duplicates(data);
  EXPECT_EQ(found.repeated.size(), 1u);
  EXPECT_EQ(summary_of(found, data), "");
  data.validation = images("b", {1});
  EXPECT_EQ(summary_of(find_duplicates(data), data),
            "--data : the same picture twice: 1 validation image also trains (first: training image 3 and validation "
            "image 1)");
}

}  // namespace
}  // namespace gs::test
