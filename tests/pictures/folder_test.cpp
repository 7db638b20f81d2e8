// folder_test.cpp - image folders: every layout, every picture format, every error.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <span>

#include <opencv2/imgcodecs.hpp>

#include "engine/data/decode_image.h"
#include "engine/data/folder.h"
#include "engine/data/picture_form.h"
#include "tests/pictures/picture_files.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

/// Writes a picture of one colour.
void write_picture(const fs::path& path, int h = 6, int w = 4, cv::Scalar blue_green_red = {30, 20, 10}) {
  fs::create_directories(path.parent_path());
  ASSERT_TRUE(cv::imwrite(path.string(), cv::Mat(h, w, CV_8UC3, blue_green_red)));
}

/// Result and warnings of load_data() on a folder.
struct Loader {
  explicit Loader(const fs::path& folder) { request.data = folder.string(); }
  DataSplits operator()() {
    warnings.clear();
    return load_data(request, {}, [this](const std::string& text) { warnings.push_back(text); });
  }
  DataRequest request{.image_size = 4};
  std::vector<std::string> warnings;
};

void write_train_and_test(const fs::path& root) {
  for (const char* split : {"train", "test"})
    for (const char* name : {"cat", "dog"})
      for (const char* file : {"1.png", "2.png"}) write_picture(root / split / name / file);
}

TEST(ImageFolder, TrainAndTestFoldersAreTheSplits) {
  const ScratchFolder folder;
  write_train_and_test(folder.path());
  write_picture(folder / "train/dog/.hidden.png");
  write_text(folder / "train/dog/notes.txt", "no picture");
  Loader load(folder.path());
  const DataSplits data = load();
  EXPECT_EQ(data.kind, "folder");
  EXPECT_EQ(data.classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 0, 1, 1}));
  EXPECT_EQ(data.validation.n, 4);
  EXPECT_TRUE(load.warnings.empty());
}

TEST(ImageFolder, OneLevelIsSplitByShareAndClass) {
  const ScratchFolder folder;
  for (const char* name : {"a", "b"})
    for (int i = 0; i < 5; ++i) write_picture(folder / name / (std::to_string(i) + ".png"));
  Loader load(folder.path());
  load.request.validation_split = 0.4;
  const DataSplits data = load();
  EXPECT_EQ(data.train.n + data.validation.n, 10);
  EXPECT_TRUE(load.warnings.empty());
  EXPECT_EQ(load().checksum, data.checksum) << "the same files validate each time";
  load.request.validation_split.reset();
  load();
  ASSERT_EQ(load.warnings.size(), 1u);
  EXPECT_NE(load.warnings[0].find("about 20 % of each class"), std::string::npos);
}

/// The files that validate, as a folder without val/ is listed. They are empty: listing decodes nothing.
std::set<std::string> validating(const fs::path& folder, double share, std::vector<std::string> patterns = {}) {
  DataRequest request{.data = folder.string()};
  request.validation_split = share;
  request.label_pattern = std::move(patterns);
  const FolderListing listing = list_folder(folder, {request, {}, {}});
  std::set<std::string> files;
  for (const ImageFile& file : listing.validation) files.insert(file.path.lexically_relative(folder).string());
  for (const ImageFile& file : listing.train)
    EXPECT_FALSE(files.contains(file.path.lexically_relative(folder).string())) << file.path << " is in both";
  return files;
}

TEST(ImageFolder, AFileThatJoinsMovesNoOther) {
  const ScratchFolder scratch;
  const fs::path folder = scratch / "photos", moved = scratch / "moved";
  for (const char* name : {"a", "b"})
    for (int i = 0; i < 200; ++i) write_text(folder / name / (std::to_string(i) + ".png"), "");
  const std::set<std::string> before = validating(folder, 0.2);
  EXPECT_NEAR(double(before.size()), 80, 24) << "three standard deviations of 400 files";
  EXPECT_EQ(validating(folder.string() + "/", 0.2), before) << "however the folder is named";
  fs::rename(folder, moved);
  EXPECT_EQ(validating(moved, 0.2), before) << "wherever the folder is";
  for (int i = 200; i < 300; ++i) write_text(moved / "a" / (std::to_string(i) + ".png"), "");
  std::set<std::string> after = validating(moved, 0.2), greater = validating(moved, 0.3);
  EXPECT_TRUE(std::ranges::includes(greater, after)) << "a greater share moves files one way only";
  std::erase_if(after, [](const std::string& file) { return file.size() == 9 && file.starts_with("a/2"); });
  EXPECT_EQ(after, before);
}

TEST(ImageFolder, EachClassOfTwoHasAFileInBothSplits) {
  const ScratchFolder folder;
  for (int i = 0; i < 20; ++i)
    for (const char* file : {"x.png", "y.png"}) write_text(folder / (std::to_string(i) + "/" + file), "");
  for (const double share : {0.001, 0.5, 0.999}) EXPECT_EQ(validating(folder.path(), share).size(), 20u) << share;
  write_text(folder / "single/1.png", "");
  EXPECT_EQ(validating(folder.path(), 0.999).size(), 20u) << "a single one trains";
}

TEST(ImageFolder, ClassesByPatternAreSplitByTheFilesName) {
  const ScratchFolder folder;
  for (int i = 0; i < 50; ++i)
    for (const char* name : {"Mel", "Nev"}) write_text(folder / (name + std::to_string(i) + ".png"), "");
  const std::set<std::string> files = validating(folder.path(), 0.3, {"Mel", "Nev"});
  EXPECT_EQ(files, validating(folder.path(), 0.3, {"Me", "Ne"}));
  EXPECT_NEAR(double(files.size()), 30, 14);
}

TEST(ImageFolder, PatternsInTheNamesAreClasses) {
  const ScratchFolder folder;
  for (const char* split : {"train", "val"})
    for (const char* name : {"Mel_1.jpg", "Mel_2.jpg", "Nev_1.jpg"}) write_picture(folder / split / name);
  Loader load(folder.path());
  load.request.label_pattern = {"Nev", "Mel"};
  const DataSplits data = load();
  EXPECT_EQ(data.classes, (std::vector<std::string>{"Mel", "Nev"}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 0, 1}));
  write_picture(folder / "train/Mel_or_Nev.jpg");
  EXPECT_TRUE(refuses([&] { load(); }, {"--label-pattern Mel,Nev", "more than one", "Mel_or_Nev.jpg"}));
  fs::rename(folder / "train/Mel_or_Nev.jpg", folder / "train/other.jpg");
  EXPECT_TRUE(refuses([&] { load(); }, {"none matches the file name", "other.jpg"}));
  load.request.label_pattern = {"Mel", "Mel"};
  EXPECT_TRUE(refuses([&] { load(); }, {"must be different"}));
}

TEST(ImageFolder, EveryFormatSizeAndDepthBecomesTheSamePixels) {
  const ScratchFolder folder;
  const cv::Scalar colour{200, 100, 50};  // blue, green, red
  write_picture(folder / "train/a/1.png", 9, 5, colour);
  write_picture(folder / "train/a/2.bmp", 4, 4, colour);
  write_picture(folder / "train/a/3.tiff", 2, 30, colour);
  write_picture(folder / "train/a/4.JPG", 1, 1, colour);
  ASSERT_TRUE(cv::imwrite((folder / "train/a/5.png").string(),
                          cv::Mat(7, 7, CV_16UC3, cv::Scalar(200 * 256, 100 * 256, 50 * 256))));
  ASSERT_TRUE(cv::imwrite((folder / "train/a/6.png").string(), cv::Mat(3, 3, CV_8UC4, cv::Scalar(200, 100, 50, 128))));
  write_picture(folder / "train/b/1.png");
  fs::copy(folder / "train", folder / "test", fs::copy_options::recursive);
  Loader load(folder.path());
  load.request.channels = 3;
  const DataSplits data = load();
  ASSERT_EQ(data.train.n, 7);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t p = 0; p < 48; ++p)
      EXPECT_NEAR(data.train.images[48 * i + p],
                  p % 3 == 0   ? 50
                  : p % 3 == 1 ? 100
                               : 200,
                  i == 3 ? 2 : 0)
          << "file " << i + 1;
  load.request.channels = 1;
  EXPECT_EQ(load().train.images[0], (299 * 50 + 587 * 100 + 114 * 200 + 500) / 1000);
  ASSERT_TRUE(cv::imwrite((folder / "train/b/1.png").string(), cv::Mat(3, 3, CV_8UC1, cv::Scalar(77))));
  EXPECT_EQ(load().train.images[6 * 16], 77) << "grey stays grey";
}

TEST(ImageFolder, BadFoldersAreNamed) {
  const ScratchFolder folder;
  Loader load(folder.path());
  const auto refused = [&](const std::vector<std::string>& parts) { return refuses([&] { load(); }, parts); };
  EXPECT_TRUE(refused({"--data", "no class folders"}));
  write_picture(folder / "train/cat/1.png");
  EXPECT_TRUE(refused({"only one class (cat)"}));
  fs::create_directories(folder / "train/dog");
  EXPECT_TRUE(refused({"class folder 'dog' holds no image"}));
  write_picture(folder / "train/dog/1.png");
  write_picture(folder / "test/cat/1.png");
  EXPECT_TRUE(refused({"test", "no folder for the class 'dog'"}));
  write_picture(folder / "test/dog/1.png");
  write_picture(folder / "test/fox/1.png");
  EXPECT_TRUE(refused({"class 'fox' has no training folder", "cat, dog"}));
  fs::remove_all(folder / "test/fox");
  EXPECT_NO_THROW(load());
  load.request.data = (folder / "nowhere").string();
  EXPECT_TRUE(refused({"nowhere", "no such file or folder"}));
}

TEST(ImageFolder, ClassesAreNotLostToTheLimit) {
  const ScratchFolder folder;
  write_train_and_test(folder.path());
  Loader load(folder.path());
  load.request.limit = 1;
  EXPECT_TRUE(refuses([&] { load(); }, {"class 'dog' has no training image", "--limit"}));
  load.request.limit = 2;
  EXPECT_EQ(load().train.labels, (std::vector<std::int32_t>{0, 1}));
}

TEST(ImageFolder, BrokenPicturesAreNamedOrSkipped) {
  const ScratchFolder folder;
  write_train_and_test(folder.path());
  write_picture(folder / "train/dog/whole.jpg", 64, 64);
  const std::string jpeg = text_of(folder / "train/dog/whole.jpg");
  Loader load(folder.path());
  struct Broken {
    const char* name;
    std::string text;
    const char* why;
  };
  const Broken broken[] = {{"text.png", "this is no picture\n", "it begins with 'this is no p'"},
                           {"empty.png", "", "is empty"},
                           {"cut.jpg", jpeg.substr(0, jpeg.size() * 2 / 3), "is cut off at byte"},
                           {"cut.png", text_of(folder / "train/dog/1.png").substr(0, 60), "is cut off at byte 60"}};
  for (const auto& [name, text, why] : broken) {
    const fs::path path = folder / "train/dog" / name;
    write_text(path, text);
    load.request.skip_broken = false;
    EXPECT_TRUE(refuses([&] { load(); }, {"--data", name, why, "--skip-broken"}));
    load.request.skip_broken = true;
    EXPECT_EQ(load().train.n, 5) << name;
    ASSERT_EQ(load.warnings.size(), 1u);
    EXPECT_NE(load.warnings[0].find("skipped 1 broken image"), std::string::npos) << load.warnings[0];
    fs::remove(path);
  }
}

TEST(ImageFolder, PicturesAreSqueezedToHeightAndWidth) {
  const ScratchFolder folder;
  write_train_and_test(folder.path());
  cv::Mat halves(10, 8, CV_8UC3, cv::Scalar(0, 0, 0));
  halves.colRange(4, 8).setTo(cv::Scalar(200, 200, 200));
  ASSERT_TRUE(cv::imwrite((folder / "train/cat/1.png").string(), halves));
  Loader load(folder.path());
  load.request.image_size = ImageSize(5, 2);
  const DataSplits data = load();
  EXPECT_EQ(data.train.h, 5);
  EXPECT_EQ(data.train.w, 2);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(data.train.images[i], i % 2 == 0 ? 0 : 200) << i;
}

/// A picture that declares more pixels than memory holds is refused by its header, before anything is decoded.
TEST(ImageFolder, APictureLargerThanMemoryIsRefusedByItsHeader) {
  const ScratchFolder folder;
  write_train_and_test(folder.path());
  for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.ras"}) {
    const fs::path path = folder / "train/dog" / name;
    write_picture(path, 6, 4);
    std::string text = text_of(path);
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    const auto extents = picture_form(bytes).extents;
    ASSERT_TRUE(extents) << name;
    EXPECT_EQ(extents->height, 6u) << name;
    EXPECT_EQ(extents->width, 4u) << name;
    EXPECT_FALSE(picture_form(bytes.first(1)).extents) << name;
    fs::remove(path);
  }
  const fs::path path = folder / "train/dog/a.png";
  write_picture(path, 6, 4);
  std::string text = text_of(path);
  text.replace(16, 8, "\x7f\xff\xff\xff\x7f\xff\xff\xff");
  text.replace(29, 4, big_endian(std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(&text[12]), 17)), 4));
  write_text(path, text);
  Loader load(folder.path());
  EXPECT_TRUE(refuses([&] { load(); }, {"a.png declares 2147483647x2147483647 pixels", "this process may use"}));
}

TEST(ImageFolder, AFifoIsNoPicture) {
  const ScratchFolder folder;
  ASSERT_EQ(mkfifo((folder / "a.png").c_str(), 0600), 0);
  EXPECT_TRUE(refuses<Error>([&] { decode_image(folder / "a.png", 4, 1, 0); }, {"a.png", "not a regular file"}));
}

TEST(ImageFolder, RealPhotographsAreRead) {
  const auto skin = shared_data("data/skin");
  if (!skin) GTEST_SKIP() << "no photographs beside this project";
  Loader load(*skin);
  load.request.image_size = 32;
  const DataSplits data = load();
  EXPECT_EQ(data.classes, (std::vector<std::string>{"mel", "nev"}));
  EXPECT_EQ(data.train.n, 443);
  EXPECT_EQ(data.validation.n, 110);
  const double mean =
      std::accumulate(data.train.images.begin(), data.train.images.end(), 0.0) / double(data.train.images.size());
  EXPECT_GT(mean, 60);
  EXPECT_LT(mean, 200);
}

}  // namespace
}  // namespace gs::test
