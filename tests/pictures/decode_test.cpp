// decode_test.cpp - whole pictures are OpenCV's pixels; others are refused with the reason, and nothing is printed.
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "engine/data/picture_bytes.h"
#include "tests/pictures/picture_files.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

using namespace std::string_literals;

/// The pixels of cv::imread(), red first.
std::vector<std::uint8_t> by_opencv(const std::string& bytes) {
  cv::Mat picture = cv::imdecode(std::vector<std::uint8_t>(bytes.begin(), bytes.end()), cv::IMREAD_COLOR);
  if (picture.empty()) return {};
  cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
  return {picture.data, picture.data + picture.total() * 3};
}

std::string noisy_jpeg(int side = 32, const std::vector<int>& settings = {}) {
  return encoded(".jpg", noisy_picture(side, side, CV_8UC3), settings);
}

TEST(Decoding, PixelsAreThoseOfOpencv) {
  const cv::Mat colour = noisy_picture(24, 17, CV_8UC3), grey = noisy_picture(24, 17, CV_8UC1);
  const std::pair<const char*, std::string> files[] = {
      {"jpeg", encoded(".jpg", colour)},
      {"grey jpeg", encoded(".jpg", grey)},
      {"progressive jpeg", encoded(".jpg", colour, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})},
      {"jpeg with restart markers", encoded(".jpg", colour, {cv::IMWRITE_JPEG_RST_INTERVAL, 2})},
      {"png", encoded(".png", colour)},
      {"grey png", encoded(".png", grey)},
      {"png of 16 bits", encoded(".png", noisy_picture(24, 17, CV_16UC3))},
      {"grey png of 16 bits", encoded(".png", noisy_picture(24, 17, CV_16UC1))},
      {"png of 1 bit", encoded(".png", grey, {cv::IMWRITE_PNG_BILEVEL, 1})},
      {"bmp", encoded(".bmp", colour)},
      {"tiff", encoded(".tiff", colour)},
      {"webp", encoded(".webp", colour)},
      {"pgm", encoded(".pgm", grey)},
      {"ppm", encoded(".ppm", colour)},
      {"jpeg 2000", encoded(".jp2", noisy_picture(64, 64, CV_8UC3))}};
  for (const auto& [name, bytes] : files) {
    const ImageSize size = bytes.starts_with("\0\0\0\x0CjP"s) ? ImageSize(64) : ImageSize(24, 17);
    EXPECT_EQ(Bytes(bytes).pixels(size), by_opencv(bytes)) << name;
  }
}

TEST(Decoding, PalettesAreColours) {
  const std::string palette = "\x0A\x14\x1E\xC8\x64\x32", rows = "\0\0\x01"s + "\0\x01\0"s;
  const std::string png = png_file(2, 2, 8, 3, rows, png_chunk("PLTE", palette));
  EXPECT_EQ(Bytes(png).pixels(2), (std::vector<std::uint8_t>{10, 20, 30, 200, 100, 50, 200, 100, 50, 10, 20, 30}));
  EXPECT_EQ(by_opencv(png), Bytes(png).pixels(2));
}

TEST(Decoding, EveryOrientationIsOpencvs) {
  const std::string jpeg = encoded(".jpg", noisy_picture(8, 8, CV_8UC3));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string turned = with_segment(jpeg, '\xE1', "Exif\0\0"s + exif(orientation));
    EXPECT_EQ(Bytes(turned).pixels(8), by_opencv(turned)) << orientation;
  }
  const std::string png = png_file(2, 2, 8, 0, "\0\x01\x02"s + "\0\x03\x04"s, png_chunk("eXIf", exif(6)));
  EXPECT_EQ(Bytes(png).pixels(2, 1), (std::vector<std::uint8_t>{3, 1, 4, 2}));
}

TEST(Decoding, BytesAfterThePictureAreNoFault) {
  const std::string film = "\0\0\0\x18"s + "ftypmp42" + std::string(9000, 'f') + "\xFF\xD8\xFF\xD9";
  for (const std::string& bytes :
       {noisy_jpeg(), encoded(".png", noisy_picture(32, 32, CV_8UC3)), encoded(".webp", noisy_picture(32, 32, CV_8UC3)),
        encoded(".bmp", noisy_picture(32, 32, CV_8UC3))})
    EXPECT_EQ(Bytes(bytes + film).pixels(32), by_opencv(bytes));
}

TEST(Decoding, AThumbnailsEndIsNotThePictures) {
  const std::string thumbnail = noisy_jpeg(8);
  const std::string photo = with_segment(noisy_jpeg(), '\xE1', "Exif\0\0"s + exif(1) + thumbnail);
  EXPECT_EQ(Bytes(photo).pixels(32), by_opencv(noisy_jpeg()));
  const std::size_t third = thumbnail.size() + noisy_jpeg().size() * 2 / 3;
  EXPECT_EQ(Bytes(photo.substr(0, third)).fault(),
            "is cut off at byte " + std::to_string(third) + ", within its JPEG data");
}

/// Every prefix of a file is refused, and a person is told where it ends.
TEST(Decoding, FilesThatAreCutAreRefused) {
  const std::pair<const char*, std::string> files[] = {{"jpeg", noisy_jpeg(8)},
                                                       {"png", encoded(".png", noisy_picture(4, 4, CV_8UC3))},
                                                       {"bmp", encoded(".bmp", noisy_picture(4, 4, CV_8UC3))},
                                                       {"tiff", encoded(".tiff", noisy_picture(4, 4, CV_8UC3))},
                                                       {"webp", encoded(".webp", noisy_picture(8, 8, CV_8UC3))},
                                                       {"ppm", encoded(".ppm", noisy_picture(4, 4, CV_8UC3))}};
  for (const auto& [name, bytes] : files) {
    const auto whole = std::as_bytes(std::span(bytes.data(), bytes.size()));
    EXPECT_EQ(picture_form(whole).fault, "") << name;
    for (std::size_t length = 16; length < bytes.size(); ++length)
      EXPECT_NE(picture_form(whole.first(length)).fault.find("is cut off at byte " + std::to_string(length)),
                std::string::npos)
          << name << ": " << picture_form(whole.first(length)).fault;
  }
}

TEST(Decoding, DamageWithinAJpegIsFound) {
  const std::string jpeg = noisy_jpeg(64);
  const std::size_t middle = jpeg.size() / 2;
  testing::internal::CaptureStderr();
  EXPECT_NE(Bytes(jpeg.substr(0, middle) + jpeg.substr(middle + 200)).fault().find("is damaged near byte"),
            std::string::npos);
  EXPECT_NE(
      Bytes(jpeg.substr(0, middle) + std::string(200, '\0') + jpeg.substr(middle + 200)).fault().find("JPEG data"),
      std::string::npos);
  const std::string longer = jpeg.substr(0, jpeg.size() - 2) + std::string(40, 'x') + "\xFF\xD9";
  EXPECT_NE(Bytes(longer).fault().find("hold more bytes than the picture has"), std::string::npos);
  const std::size_t table = jpeg.find("\xFF\xC4");
  EXPECT_NE(Bytes(jpeg.substr(0, table + 2) + jpeg.substr(table + 12)).fault(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Decoding, DamageWithinAPngIsFound) {
  const std::string png = encoded(".png", noisy_picture(8, 8, CV_8UC3));
  const std::size_t data = png.find("IDAT");
  testing::internal::CaptureStderr();
  for (std::size_t at = data + 4; at < data + 200; at += 20) {
    std::string other = png;
    other[at] = char(other[at] ^ 0x10);
    EXPECT_EQ(Bytes(other).fault(),
              "is damaged at byte " + std::to_string(data - 4) + ": the checksum of the PNG's chunk IDAT is wrong");
  }
  const std::string row = "\0\x01\x02"s;  // the second is missing, and all checksums are right
  EXPECT_NE(Bytes(png_file(2, 2, 8, 0, row)).fault().find("its PNG data are invalid"), std::string::npos);
  // A profile that libpng warns of, and a text with a wrong checksum, cost no pixel.
  std::string text = png_chunk("tEXt", "Title\0a"s);
  text.back() = char(text.back() ^ 1);
  EXPECT_EQ(Bytes(png_file(2, 2, 8, 0, row + "\0\x03\x04"s, text + png_chunk("gAMA", "\0"))).pixels(2, 1),
            (std::vector<std::uint8_t>{1, 2, 3, 4}));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Decoding, OpencvPrintsNothing) {
  const std::string bytes[] = {"P5 9 9 255\n12",   encoded(".tiff", noisy_picture(8, 8, CV_8UC3)),
                               "P2 3 3 255 1 2 3", encoded(".jp2", noisy_picture(64, 64, CV_8UC3)).substr(0, 900),
                               "\x59\xA6\x6A\x95", encoded(".webp", noisy_picture(8, 8, CV_8UC3))};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  for (std::string text : bytes) {
    for (std::size_t at = 40; at < text.size(); at += 7) text[at] = char(text[at] ^ 0x5A);
    EXPECT_NE(Bytes(text).fault(), "");
  }
  std::cerr << "ours";
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "ours");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

/// libjpeg decodes by the first frame header: a small one after it must not hide a huge picture.
TEST(Decoding, AJpegOfTwoFramesIsRefused) {
  std::string jpeg = noisy_jpeg(8);
  const std::size_t frame = jpeg.find("\xFF\xC0");
  const std::string small = jpeg.substr(frame, 19);
  jpeg.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(Bytes(jpeg.substr(0, frame + 19) + small + jpeg.substr(frame + 19)).fault(),
            "is damaged at byte " + std::to_string(frame + 19) + ": a JPEG has one frame, and this is a second");
}

TEST(Decoding, RarePicturesOfHugeSizeAreRefused) {
  std::string jp2 = encoded(".jp2", noisy_picture(64, 64, CV_8UC3)), sun = encoded(".ras", cv::Mat(4, 4, CV_8UC3));
  const std::size_t size = jp2.find("\xFF\x4F\xFF\x51") + 8;
  const std::string huge = "\0\x1E\x84\x80"s;
  jp2.replace(size, 4, huge);
  sun.replace(4, 4, huge);
  EXPECT_NE(Bytes(jp2).fault().find("declares 64x2000000 pixels; at most"), std::string::npos) << Bytes(jp2).fault();
  EXPECT_NE(Bytes(jp2.substr(size - 8)).fault().find("declares 64x2000000"), std::string::npos) << "the stream alone";
  EXPECT_NE(Bytes(sun).fault().find("declares 4x2000000 pixels; at most"), std::string::npos) << Bytes(sun).fault();
}

TEST(Decoding, AChainOfPagesThatIsACircleEnds) {
  std::string tiff = encoded(".tiff", noisy_picture(4, 4, CV_8UC1));
  const auto bytes = [&] { return std::as_bytes(std::span(tiff.data(), tiff.size())); };
  const std::uint64_t first = PictureBytes(bytes()).little_endian(4, 4);
  const std::uint64_t next = first + 2 + 12 * PictureBytes(bytes()).little_endian(first, 2);
  EXPECT_EQ(picture_form(bytes()).pages, 1);
  tiff.replace(next, 4, tiff.substr(4, 4));
  EXPECT_EQ(picture_form(bytes()).pages, 1) << "the first page again";
}

TEST(Decoding, TheReasonIsNamed) {
  const auto fault = [](const std::string& bytes) { return Bytes(bytes).fault(); };
  EXPECT_EQ(fault(""), "is empty");
  EXPECT_EQ(fault("<!DOCTYPE html>\n<title>404"), "is no picture of a known form: it begins with '<!DOCTYPE ht'");
  EXPECT_EQ(fault("\x01\x02\x03\x04\x05"), "is no picture of a known form: it begins with the bytes 01 02 03 04");
  EXPECT_EQ(fault("\0\0\0\x18"s + "ftypheic"), "is a HEIC picture, which is not read; convert it to PNG or JPEG");
  EXPECT_EQ(fault(encoded(".tiff", cv::Mat(3, 3, CV_32FC1, cv::Scalar(0.5)))),
            "is a floating-point TIFF; values of 8 or 16 bits, from 0 on, are read");
  EXPECT_NE(fault(encoded(".hdr", cv::Mat(3, 3, CV_32FC3, cv::Scalar(1, 1, 1)))).find("floating-point"),
            std::string::npos);
  std::string deep = noisy_jpeg(8);
  deep[deep.find("\xFF\xC0") + 4] = 12;
  EXPECT_EQ(fault(deep), "is a JPEG of 12 bits per value; those of 8 are read");
  std::string as_text = encoded(".png", noisy_picture(4, 4, CV_8UC3));
  as_text.erase(as_text.find('\r'), 1);
  EXPECT_EQ(fault(as_text), "is damaged at byte 4: this PNG was changed as if it were text");
  EXPECT_NE(fault(png_file(2000000, 3, 8, 0, "")).find("declares 2000000x3 pixels; at most"), std::string::npos);
  EXPECT_EQ(fault("GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;"s).substr(0, 8), "is a GIF");
}

}  // namespace
}  // namespace gs::test
