// synthetic_test.cpp - synthetic:lesions as splits: sizes, the cache, a damaged or unwritable cache.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>

#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

/// Uses a temporary cache folder.
class SyntheticData : public ::testing::Test {
 protected:
  SyntheticData() {
    if (const char* value = getenv("XDG_CACHE_HOME")) old_ = value;
    setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
  }
  ~SyntheticData() override {
    if (old_)
      setenv("XDG_CACHE_HOME", old_->c_str(), 1);
    else
      unsetenv("XDG_CACHE_HOME");
  }

  DataSplits load(const DataRequest& request) {
    drawn_ = 0;
    warnings_.clear();
    return load_data(
        request, [this](std::size_t done, std::size_t, const std::string&) { drawn_ = done; },
        [this](const std::string& text) { warnings_.push_back(text); });
  }
  std::vector<std::string> cached() const { return names_in(folder_ / "gridstride"); }

  const ScratchFolder folder_;
  std::size_t drawn_ = 0;  ///< pictures drawn by the last load(); 0: all came from the cache
  std::vector<std::string> warnings_;

 private:
  std::optional<std::string> old_;
};

const DataRequest small{.train_size = 12, .validation_size = 5, .image_size = 8};

TEST_F(SyntheticData, IsDrawnOnceAndReadAfterwards) {
  const DataSplits first = load(small);
  EXPECT_EQ(drawn_, 17u);
  EXPECT_EQ(cached(), std::vector<std::string>{"lesions-v1-8x8x1-12+5.safetensors"});
  const DataSplits second = load(small);
  EXPECT_EQ(drawn_, 0u);
  EXPECT_EQ(second.checksum, first.checksum);
  EXPECT_EQ(second.train.images, first.train.images);
  EXPECT_EQ(second.kind, "synthetic");
  EXPECT_EQ(second.source, "synthetic:lesions");
}

TEST_F(SyntheticData, ASmallerSetIsTheBeginningOfALargerOne) {
  const DataSplits large = load(small);
  const DataSplits fewer = load({.train_size = 4, .validation_size = 3, .image_size = 8});
  EXPECT_EQ(drawn_, 0u) << "the larger drawing in the cache serves";
  ASSERT_EQ(fewer.train.n, 4);
  ASSERT_EQ(fewer.validation.n, 3);
  EXPECT_TRUE(std::equal(fewer.train.images.begin(), fewer.train.images.end(), large.train.images.begin()));
  EXPECT_TRUE(
      std::equal(fewer.validation.images.begin(), fewer.validation.images.end(), large.validation.images.begin()));
  const DataSplits limited = load({.train_size = 12, .validation_size = 5, .image_size = 8, .limit = 4});
  EXPECT_EQ(limited.train.images, fewer.train.images);
}

TEST_F(SyntheticData, ColourAndGreyAreTheSamePictures) {
  const DataSplits rgb = load({.train_size = 4, .validation_size = 1, .image_size = 8, .channels = 3}),
                   one = load(small);
  for (std::size_t i = 0; i < std::size_t(8 * 8 * 4); ++i)
    ASSERT_EQ(one.train.images[i], grey(&rgb.train.images[3 * i])) << i;
}

TEST_F(SyntheticData, IsSqueezedToExtentsThatAreNotSquare) {
  const DataRequest oblong{.train_size = 4, .validation_size = 2, .image_size = ImageSize(8, 20)};
  const DataSplits data = load(oblong);
  EXPECT_EQ(data.train.h, 8);
  EXPECT_EQ(data.train.w, 20);
  EXPECT_EQ(data.train.images.size(), 4u * 8 * 20);
  EXPECT_EQ(cached(), std::vector<std::string>{"lesions-v1-8x20x1-4+2.safetensors"});
  EXPECT_EQ(load(oblong).checksum, data.checksum);
  EXPECT_EQ(drawn_, 0u);
  EXPECT_EQ(load({.train_size = 4, .validation_size = 2, .image_size = ImageSize(20, 8)}).train.h, 20);
  EXPECT_EQ(drawn_, 6u) << "another drawing";
}

TEST_F(SyntheticData, ADamagedCacheIsDrawnAgain) {
  const DataSplits first = load(small);
  const auto file = folder_ / "gridstride" / cached()[0];
  std::string text = text_of(file);
  text[text.size() / 2] = char(text[text.size() / 2] ^ 4);
  write_text(file, text);
  EXPECT_EQ(load(small).checksum, first.checksum);
  EXPECT_EQ(drawn_, 17u);
  load(small);
  EXPECT_EQ(drawn_, 0u);
}

TEST_F(SyntheticData, ACacheThatCannotBeWrittenIsAWarning) {
  write_text(folder_ / "gridstride", "a file where the folder should be");
  EXPECT_EQ(load(small).train.n, 12);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("drawn again next time"), std::string::npos) << warnings_[0];
}

TEST_F(SyntheticData, ImpossibleSizesAreRefused) {
  EXPECT_TRUE(refuses([&] { load({.train_size = 1}); }, {"--train-size 1", "2 or more"}));
  EXPECT_TRUE(refuses([&] { load({.validation_size = 0}); }, {"--val-size 0"}));
  EXPECT_TRUE(refuses([&] { load({.image_size = 9000}); }, {"--image-size 9000", "8192"}));
  EXPECT_TRUE(refuses([&] { load({.train_size = 2000000000, .image_size = 8192}); }, {"GiB", "--limit"}));
  EXPECT_TRUE(refuses([&] { load({.data = "synthetic:cats"}); }, {"synthetic:cats", "synthetic:lesions"}));
  EXPECT_TRUE(cached().empty());
}

}  // namespace
}  // namespace gs::test
