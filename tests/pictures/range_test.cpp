// range_test.cpp - what becomes of pictures of 16 bits, of transparency and of several pages, and what is said of it.
#include <gtest/gtest.h>

#include "engine/data/dataset.h"
#include "tests/pictures/picture_files.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

/// A folder of two classes in two splits, and what is said when it is loaded at 2x2.
class Source {
 public:
  Source() {
    for (const char* file : {"train/a/0.png", "train/b/0.png", "val/a/0.png", "val/b/0.png"})
      put(file, encoded(".png", cv::Mat(2, 2, CV_8UC1, cv::Scalar(50 + files_))));
  }
  void put(const std::string& file, const std::string& bytes) {
    write_text(folder_ / file, bytes);
    ++files_;
  }
  DataSplits load() {
    said.clear();
    return load_data(request, {}, [this](const std::string& text) { said.push_back(text); });
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }

 private:
  ScratchFolder folder_;
  int files_ = 0;

 public:
  DataRequest request{.data = folder_.path().string(), .image_size = 2};
  std::vector<std::string> said;
};

std::string grey_16(std::initializer_list<int> four) {
  cv::Mat picture(2, 2, CV_16UC1);
  std::copy(four.begin(), four.end(), picture.ptr<std::uint16_t>());
  return encoded(".png", picture);
}

/// The pixels of the last training picture of class b.
std::vector<std::uint8_t> last(const DataSplits& data) {
  return {data.train.images.end() - std::ptrdiff_t(data.train.image_size()), data.train.images.end()};
}

TEST(Range, TwelveBitsFillTheRange) {
  Source source;
  source.put("train/a/1.png", grey_16({4095, 2048, 16, 0}));
  source.put("train/b/1.png", grey_16({160, 80, 16, 0}));  // dark beside the other, and stays so
  source.put("train/b/2.png", grey_16({1600, 800, 15, 0}));
  const DataSplits data = source.load();
  EXPECT_EQ(data.range_bits, 12);
  EXPECT_EQ(last(data), (std::vector<std::uint8_t>{100, 50, 0, 0}));
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0],
            "3 pictures (" + source.path("train/a/1.png") +
                ", ...): of 16 bits 12 are in use, so 0 to 4095 become 0 to 255 (--range full: 0 to 65535)");
  source.request.range_bits = 16;
  EXPECT_EQ(last(source.load()), (std::vector<std::uint8_t>{6, 3, 0, 0}));
  EXPECT_TRUE(source.said.empty());
}

TEST(Range, OnePictureOfAllBitsDecidesForAll) {
  Source source;
  source.put("train/a/1.png", grey_16({65535, 0, 0, 0}));
  source.put("train/b/1.png", grey_16({256, 511, 512, 0}));
  const DataSplits data = source.load();
  EXPECT_EQ(data.range_bits, 16);
  EXPECT_EQ(last(data), (std::vector<std::uint8_t>{1, 1, 2, 0}));
  EXPECT_TRUE(source.said.empty());
}

TEST(Range, TheValidationSplitCountsToo) {
  Source source;
  source.put("train/b/1.png", grey_16({256, 255, 128, 0}));
  source.put("val/b/1.png", grey_16({1023, 0, 0, 0}));
  const DataSplits data = source.load();
  EXPECT_EQ(data.range_bits, 10);
  EXPECT_EQ(last(data), (std::vector<std::uint8_t>{64, 63, 32, 0}));
}

TEST(Range, LargerValuesThanARunsBecomeWhite) {
  Source source;
  source.put("train/b/1.png", grey_16({5000, 2048, 0, 0}));
  source.request.range_bits = 12;
  EXPECT_EQ(last(source.load()), (std::vector<std::uint8_t>{255, 128, 0, 0}));
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0],
            source.path("train/b/1.png") + ": values above 4095 became 255, as the range is of 12 bits");
}

/// 2x2 pixels of red, green, blue and alpha.
std::string rgba(const std::string& pixels) {
  return png_file(2, 2, 8, 6, '\0' + pixels.substr(0, 8) + '\0' + pixels.substr(8));
}

TEST(Transparency, ADrawingThatLiesInAlphaIsSeen) {
  Source source;
  source.put("train/b/1.png", rgba("\0\0\0\xFF"s + "\0\0\0\0"s + "\0\0\0\x33"s + "\0\0\0\0"s));
  EXPECT_EQ(last(source.load()), (std::vector<std::uint8_t>{0, 255, 204, 255}));
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0], source.path("train/b/1.png") + ": transparent in part, put on white");
}

TEST(Transparency, AWhiteDrawingIsPutOnBlack) {
  Source source;
  source.put("train/b/1.png", rgba("\xFF\xFF\xFF\xFF"s + "\xFF\xFF\xFF\0"s + "\xFF\xFF\xFF\x33"s + "\xFF\xFF\xFF\0"s));
  EXPECT_EQ(last(source.load()), (std::vector<std::uint8_t>{255, 0, 51, 0}));
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0], source.path("train/b/1.png") + ": white and transparent in part, put on black");
}

TEST(Transparency, AnAlphaOfOneValueMeansNothing) {
  for (const char alpha : {'\0', '\x80', '\xFF'}) {
    const std::string pixel = "\x0A\x0A\x0A"s + alpha, other = "\x14\x14\x14"s + alpha;
    EXPECT_EQ(Bytes(rgba(pixel + other + pixel + pixel)).pixels(2, 1), (std::vector<std::uint8_t>{10, 20, 10, 10}));
  }
}

TEST(Pages, TheFirstIsReadAndTheRestAreNamed) {
  std::vector<cv::Mat> pages{cv::Mat(2, 2, CV_8UC1, cv::Scalar(7)), cv::Mat(2, 2, CV_8UC1, cv::Scalar(9)),
                             cv::Mat(2, 2, CV_8UC1, cv::Scalar(11))};
  Source source;
  ASSERT_TRUE(cv::imwritemulti(source.path("train/b/1.tif"), pages));
  EXPECT_EQ(last(source.load()), (std::vector<std::uint8_t>(4, 7)));
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0], source.path("train/b/1.tif") + ": of several pages or frames the first is read");
}

TEST(SkipBroken, EveryFileIsNamedInTheLedger) {
  Source source;
  source.put("train/a/1.png", "no picture");
  source.put("val/b/1.png", "");
  source.request.skip_broken = true;
  const DataSplits data = source.load();
  EXPECT_EQ(data.train.n, 2);
  EXPECT_EQ(data.ledger.used, 4u);
  ASSERT_EQ(data.ledger.passed_over.size(), 2u);
  EXPECT_EQ(data.ledger.passed_over[0].file, "train/a/1.png");
  EXPECT_EQ(data.ledger.passed_over[0].why, "is no picture of a known form: it begins with 'no picture'");
  EXPECT_EQ(data.ledger.passed_over[1].file, "val/b/1.png");
  EXPECT_EQ(data.ledger.passed_over[1].why, "is empty");
  ASSERT_EQ(source.said.size(), 1u);
  EXPECT_EQ(source.said[0], "skipped 2 broken images: " + source.path("train/a/1.png") +
                                " is no picture of a known form: it begins with 'no picture' (and 1 more)");
}

TEST(SkipBroken, NoClassIsEmptied) {
  Source source;
  source.put("train/b/0.png", "");
  source.request.skip_broken = true;
  EXPECT_TRUE(refuses([&] { source.load(); },
                      {"--data: all training pictures of the class 'b' are broken", "train/b/0.png is empty"}));
}

}  // namespace
}  // namespace gs::test
