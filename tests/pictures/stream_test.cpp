// stream_test.cpp - pictures that are decoded for each use are those that are decoded once.
#include <gtest/gtest.h>

#include "engine/data/content.h"
#include "engine/data/duplicates.h"
#include "engine/data/features.h"
#include "engine/data/stored_sizes.h"
#include "engine/data/stream_listing.h"
#include "tests/pictures/picture_files.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

/// A folder that is loaded at 4x5 in colour, into memory and as a stream.
class PictureFolder {
 public:
  PictureFolder() {
    for (const char* file : {"train/a/0.png", "train/a/1.png", "train/b/0.png", "train/b/1.png", "train/b/2.png",
                             "val/a/0.png", "val/b/0.png"})
      put(file, encoded(".png", noisy(CV_8UC3)));
    put("train/a/grey.png", encoded(".png", noisy(CV_8UC1)));
  }
  void put(const std::string& file, const std::string& bytes) { write_text(folder_ / file, bytes); }
  cv::Mat noisy(int type) {
    cv::Mat picture(9, 7, type);
    random_.fill(picture, cv::RNG::UNIFORM, 0, picture.depth() == CV_16U ? 65536 : 256);
    return picture;
  }
  DataSplits load(Decoding decoding) {
    said.clear();
    request.decoding = decoding;
    return load_data(request, {}, [this](const std::string& text) { said.push_back(text); });
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }

 private:
  ScratchFolder folder_;
  cv::RNG random_{7};

 public:
  DataRequest request{.data = folder_.path().string(), .image_size = ImageSize(4, 5), .channels = 3};
  std::vector<std::string> said;
};

void expect_same(const Dataset& streamed, const Dataset& whole) {
  ASSERT_TRUE(streamed.stream);
  EXPECT_TRUE(streamed.images.empty());
  EXPECT_EQ(streamed.labels, whole.labels);
  EXPECT_EQ(streamed.files, whole.files);
  ASSERT_EQ(streamed.n, whole.n);
  for (int i = 0; i < whole.n; ++i) EXPECT_EQ(image_of(streamed, i).pixels, image_of(whole, i).pixels) << i;
}

/// Loads both ways, and expects the same data and words.
void expect_same(PictureFolder& source) {
  const DataSplits whole = source.load(Decoding::once);
  const std::vector<std::string> words = source.said;
  const DataSplits streamed = source.load(Decoding::stream);
  EXPECT_EQ(source.said, words);
  EXPECT_EQ(streamed.checksum, whole.checksum);
  EXPECT_EQ(streamed.range_bits, whole.range_bits);
  EXPECT_EQ(streamed.classes, whole.classes);
  EXPECT_EQ(streamed.ledger.used, whole.ledger.used);
  EXPECT_EQ(streamed.ledger.passed_over.size(), whole.ledger.passed_over.size());
  EXPECT_EQ(grey_images(streamed), grey_images(whole));
  EXPECT_EQ(lack_of_content(streamed.train), lack_of_content(whole.train));
  EXPECT_EQ(lines_of(find_duplicates(streamed), streamed), lines_of(find_duplicates(whole), whole));
  expect_same(streamed.train, whole.train);
  expect_same(streamed.validation, whole.validation);
}

TEST(Stream, HoldsWhatMemoryHolds) {
  PictureFolder source;
  expect_same(source);
  source.put("val/a/again.png", encoded(".bmp", cv::imread(source.path("train/b/2.png"))));
  expect_same(source);
  EXPECT_EQ(find_duplicates(source.load(Decoding::stream)).across.size(), 1u);
  source.request.limit = 3;
  expect_same(source);
}

TEST(Stream, GivesOneRangeToPicturesOf16Bits) {
  PictureFolder source;
  for (const char* file : {"train/a/x.png", "val/b/x.png"}) {
    cv::Mat picture = source.noisy(CV_16UC1);
    picture /= file[0] == 't' ? 64 : 4;  // 10 bits, and 14
    source.put(file, encoded(".png", picture));
  }
  expect_same(source);
  EXPECT_EQ(source.load(Decoding::stream).range_bits, 14);
  source.request.range_bits = 9;
  expect_same(source);
}

TEST(Stream, NamesBrokenPicturesBeforeTraining) {
  PictureFolder source;
  const std::string whole = encoded(".png", source.noisy(CV_8UC3));
  source.put("train/b/broken.png", whole.substr(0, whole.size() / 2));
  source.put("val/a/broken.png", "no picture");
  const std::string words = words_of([&] { source.load(Decoding::once); });
  EXPECT_NE(words.find("train/b/broken.png is cut off"), std::string::npos) << words;
  EXPECT_EQ(words_of([&] { source.load(Decoding::stream); }), words);
  source.request.skip_broken = true;
  expect_same(source);
  for (const char* file : {"train/a/0.png", "train/a/1.png", "train/a/grey.png"}) source.put(file, "no picture");
  EXPECT_EQ(words_of([&] { source.load(Decoding::stream); }), words_of([&] { source.load(Decoding::once); }));
}

TEST(Stream, RefusesAPictureThatChanged) {
  PictureFolder source;
  const DataSplits data = source.load(Decoding::stream);
  EXPECT_EQ(image_of(data.train, 1).pixels.size(), 4u * 5 * 3);
  source.put("train/a/1.png", encoded(".png", source.noisy(CV_8UC3)));
  EXPECT_EQ(words_of([&] { image_of(data.train, 1); }),
            source.path("train/a/1.png") + " has changed since the pictures were first read");
  std::filesystem::remove(source.path("train/a/1.png"));
  EXPECT_NE(words_of([&] { image_of(data.train, 1); }).find(source.path("train/a/1.png")), std::string::npos);
  EXPECT_EQ(image_of(data.train, 0).pixels.size(), 4u * 5 * 3);
}

TEST(Stream, GivesItsFirstImagesAndFeaturesToMemory) {
  PictureFolder source;
  const DataSplits whole = source.load(Decoding::once), streamed = source.load(Decoding::stream);
  const Dataset first = first_images(streamed.train, 2);
  EXPECT_FALSE(first.stream);
  EXPECT_EQ(first.n, 2);
  EXPECT_EQ(first.images, first_images(whole.train, 2).images);
  EXPECT_EQ(first.labels, first_images(whole.train, 2).labels);
  EXPECT_EQ(first_images(streamed.train, 100).n, streamed.train.n);
  EXPECT_EQ(hog_features(streamed.train).images, hog_features(whole.train).images);
}

TEST(Stream, IsForImagesThatNeedTooMuchRoom) {
  constexpr double gib = 1 << 30;
  EXPECT_EQ(room_for_images(3 * gib, {}).bytes, gib);
  EXPECT_EQ(room_for_images(3 * gib, 10 * gib).bytes, gib);
  EXPECT_EQ(room_for_images(3 * gib, gib).bytes, 0.8 * gib);
  PictureFolder source;
  EXPECT_FALSE(source.load(Decoding::automatic).train.stream);
  EXPECT_TRUE(source.said.empty());
  source.request.device_bytes = 8 * 4 * 5 * 3;  // as many as all images have, but a fifth is for other things
  EXPECT_TRUE(source.load(Decoding::automatic).train.stream);
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_NE(source.said[0].find("8 images of 4x5x3 need"), std::string::npos) << source.said[0];
  EXPECT_NE(source.said[0].find("more than four fifths of the device's free"), std::string::npos) << source.said[0];
  EXPECT_FALSE(source.load(Decoding::once).train.stream);
}

}  // namespace
}  // namespace gs::test
