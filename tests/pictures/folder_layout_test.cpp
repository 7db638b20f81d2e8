// folder_layout_test.cpp - folders as people have them: names of splits, folders in folders, and files of other kinds.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <opencv2/imgcodecs.hpp>

#include "engine/data/folder.h"
#include "engine/data/readers.h"
#include "engine/data/stored_sizes.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

/// A folder of pictures, each of a grey of its own, and what load_data() says of it.
struct PhotoFolder : ScratchFolder {
  void picture(const std::string& name, int h = 6, int w = 4) {
    fs::create_directories((*this / name).parent_path());
    const int grey = ++written_;
    EXPECT_TRUE(cv::imwrite((*this / name).string(), cv::Mat(h, w, CV_8UC3, cv::Scalar(grey, grey, grey)))) << name;
  }
  /// DIR/<split>/{cat,dog}/1.png
  void split(const std::string& name) {
    for (const char* kind : {"cat", "dog"}) picture(name + "/" + kind + "/1.png");
  }
  DataSplits load() {
    warnings.clear();
    request.data = path().string();
    return load_data(request, {}, [this](const std::string& text) { warnings.push_back(text); });
  }
  ::testing::AssertionResult refused(const std::vector<std::string>& parts) {
    return refuses([this] { load(); }, parts);
  }

  DataRequest request{.image_size = 4};
  std::vector<std::string> warnings;

 private:
  int written_ = 0;
};

std::string why(const Ledger& ledger, const std::string& file) {
  const auto found = std::ranges::find(ledger.passed_over, file, &PassedOver::file);
  return found == ledger.passed_over.end() ? "used, or not seen" : found->why;
}

TEST(FolderLayout, FoldersInAClassFolderBelongToTheClass) {
  PhotoFolder folder;
  folder.split("train");
  folder.split("test");
  folder.picture("train/dog/2019/a.png");
  folder.picture("train/dog/2019/may/b.png");
  const DataSplits data = folder.load();
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 1, 1}));
  EXPECT_EQ(data.train.files, (std::vector<std::string>{"train/cat/1.png", "train/dog/1.png", "train/dog/2019/a.png",
                                                        "train/dog/2019/may/b.png"}));
  EXPECT_TRUE(folder.warnings.empty());
}

TEST(FolderLayout, EveryPictureThatOpenCVDecodesIsRead) {
  PhotoFolder folder;
  folder.split("train");
  folder.split("test");
  // OpenCV writes by the ending that it knows; without a picture's ending the first bytes tell.
  for (const auto& [written, named] :
       {std::pair{"a.webp", "a.webp"}, {"b.ppm", "b.PPM"}, {"c.jpg", "c.jfif"}, {"d.png", "d"}, {"e.ras", "e.odd"}}) {
    folder.picture(std::string("train/cat/") + written);
    fs::rename(folder.path() / "train/cat" / written, folder.path() / "train/cat" / named);
  }
  const DataSplits data = folder.load();
  EXPECT_EQ(data.train.n, 2 + 5);
  EXPECT_EQ(data.ledger.seen, 4u + 5u);
  EXPECT_EQ(data.ledger.used, 4u + 5u);
  EXPECT_TRUE(folder.warnings.empty());
}

TEST(FolderLayout, WhatIsPassedOverIsRecordedAndSaidInOneLine) {
  PhotoFolder folder;
  folder.split("train");
  folder.split("test");
  for (const char* name : {"b.gif", "c.gif", "d.gif", "e.gif"}) write_text(folder / "train/cat" / name, "GIF89a");
  for (const char* name : {".hidden.png", "Thumbs.db", "desktop.ini", "__MACOSX/._1.png", "@eaDir/1.png", "notes.txt"})
    write_text(folder / "train/dog" / name, "no picture");
  write_text(folder / "lost+found/a.png", "");
  folder.picture("train/loose.png");
  folder.picture("extra/cat/1.png");
  fs::create_symlink("nowhere.png", folder / "train/dog/link.png");
  fs::create_symlink("itself.png", folder / "train/dog/itself.png");
  fs::create_directory_symlink("..", folder / "train/dog/round");
  const Ledger ledger = folder.load().ledger;
  for (const char* file : {".hidden.png", "Thumbs.db", "desktop.ini", "__MACOSX/", "@eaDir/"})
    EXPECT_EQ(why(ledger, std::string("train/dog/") + file), made_by_system) << file;
  EXPECT_EQ(why(ledger, "lost+found/"), made_by_system);
  EXPECT_EQ(why(ledger, "train/dog/notes.txt"), text_file);
  EXPECT_EQ(why(ledger, "train/cat/b.gif"), "a kind of picture that OpenCV cannot read here");
  EXPECT_EQ(why(ledger, "train/loose.png"), "in no class folder");
  EXPECT_EQ(why(ledger, "extra/"), "beside the folders of the splits");
  EXPECT_EQ(why(ledger, "train/dog/link.png"), "a link to nothing");
  EXPECT_EQ(why(ledger, "train/dog/itself.png"), "a link to nothing");
  EXPECT_EQ(why(ledger, "train/dog/round/dog/"), "a link to a folder that is read already");
  // train/cat and the loose picture are read again below the link; no circle is followed.
  EXPECT_EQ(ledger.seen, ledger.used + ledger.passed_over.size());
  ASSERT_EQ(folder.warnings.size(), 1u);
  for (const char* part :
       {"passed over", "extra/", "in no class folder: train/loose.png", "b.gif, train/cat/c.gif and ",
        "a link to nothing: train/dog/itself.png, train/dog/link.png"})
    EXPECT_NE(folder.warnings[0].find(part), std::string::npos) << part << " in " << folder.warnings[0];
  EXPECT_EQ(folder.warnings[0].find("notes.txt"), std::string::npos) << folder.warnings[0];
}

TEST(FolderLayout, LinksFromEveryFolderToEveryOtherEnd) {
  PhotoFolder folder;
  folder.split("test");
  for (int i = 0; i < 12; ++i) folder.picture("train/cat/" + std::to_string(i) + "/1.png");
  folder.picture("train/dog/1.png");
  for (int i = 0; i < 12; ++i)
    for (int j = 0; j < 12; ++j)
      fs::create_directory_symlink(folder / ("train/cat/" + std::to_string(j)),
                                   folder / ("train/cat/" + std::to_string(i) + "/to" + std::to_string(j)));
  EXPECT_EQ(folder.load().train.n, 12 + 1) << "and not 12! of them";
}

TEST(FolderLayout, SplitsHaveTheNamesThatPeopleGiveThem) {
  for (const auto& [train, validation] : {std::pair{"Train", "Test"},
                                          {"training", "testing"},
                                          {"train", "valid"},
                                          {"TRAIN", "VAL"},
                                          {"Training", "Validation"}}) {
    PhotoFolder folder;
    folder.split(train);
    folder.split(validation);
    folder.picture(std::string(train) + "/cat/2.png");
    const DataSplits data = folder.load();
    EXPECT_EQ(data.train.n, 3) << train;
    EXPECT_EQ(data.validation.n, 2) << validation;
    EXPECT_TRUE(folder.warnings.empty());
    fs::rename(folder / train, folder / "photos");
    EXPECT_TRUE(folder.refused({std::string(validation) + " is there without train/"})) << "photos/ is no class";
  }
}

TEST(FolderLayout, UnclearSplitsAreRefused) {
  PhotoFolder folder;
  folder.split("test");
  folder.split("val");
  EXPECT_TRUE(folder.refused({"val is there without train/", "expected", "train/<class>/"}));
  folder.split("train");
  folder.split("Training");
  EXPECT_TRUE(folder.refused({"Training and train are both there", "expected one of them"}));
}

TEST(FolderLayout, ValidAndInvalidAreClasses) {
  PhotoFolder folder;
  for (const char* name : {"valid/1.png", "valid/2.png", "invalid/1.png", "invalid/2.png"}) folder.picture(name);
  EXPECT_EQ(folder.load().classes, (std::vector<std::string>{"invalid", "valid"}));
}

TEST(FolderLayout, TheTestFolderIsLeftAloneUntilItIsAskedFor) {
  PhotoFolder folder;
  for (const char* name : {"train", "val", "test"}) folder.split(name);
  folder.picture("test/cat/2.png");
  DataSplits data = folder.load();
  EXPECT_EQ(data.validation.files, (std::vector<std::string>{"val/cat/1.png", "val/dog/1.png"}));
  EXPECT_EQ(why(data.ledger, "test/"), other_split);
  ASSERT_EQ(folder.warnings.size(), 1u);
  for (const char* part : {"/val validates", "/test is left alone", "--split test"})
    EXPECT_NE(folder.warnings[0].find(part), std::string::npos) << folder.warnings[0];
  folder.request.split = "test";
  data = folder.load();
  EXPECT_EQ(data.validation.n, 3);
  EXPECT_EQ(why(data.ledger, "val/"), other_split);
  folder.request.split = "val";
  folder.request.validation_split = 0.5;
  folder.picture("train/cat/2.png");
  folder.load();
  ASSERT_EQ(folder.warnings.size(), 1u);
  EXPECT_NE(folder.warnings[0].find("test are not used"), std::string::npos) << folder.warnings[0];
  folder.request.validation_split.reset();
  folder.request.split = "test";
  fs::remove_all(folder / "test");
  EXPECT_TRUE(folder.refused({"--split test: no test folder"}));
  folder.request.split = "tset";
  EXPECT_TRUE(folder.refused({"--split tset: must be val or test"}));
}

TEST(FolderLayout, PartsAreNoClasses) {
  PhotoFolder folder;
  folder.picture("HAM10000_images_part_1/normal_1.jpg");
  folder.picture("HAM10000_images_part_2/abnormal_1.jpg");
  folder.picture("HAM10000_images_part_2/abnormal_2.jpg");
  folder.picture("HAM10000_images_part_1/normal_2.jpg");
  EXPECT_TRUE(folder.refused({"HAM10000_images_part_1, HAM10000_images_part_2 are parts of one set, not classes",
                              "--labels FILE.csv", "--label-pattern"}));
  write_text(folder / "HAM10000_metadata.csv", "image_id,dx\n");
  EXPECT_TRUE(folder.refused({"--labels " + (folder / "HAM10000_metadata.csv").string()}));
  folder.request.label_pattern = {"normal", "abnormal"};
  folder.request.validation_split = 0.5;
  const DataSplits data = folder.load();
  EXPECT_EQ(data.classes, (std::vector<std::string>{"abnormal", "normal"}));
  EXPECT_EQ(std::ranges::count(data.train.labels, 0) + std::ranges::count(data.validation.labels, 0), 2);
  fs::rename(folder / "HAM10000_images_part_2", folder / "cat");
  folder.request.label_pattern.clear();
  EXPECT_NO_THROW(folder.load()) << "one of them is no part";
}

TEST(FolderLayout, AFolderAboveTheClassesIsNamed) {
  PhotoFolder folder;
  folder.split("photos");
  EXPECT_TRUE(folder.refused({"only one class (photos)", "is --data " + (folder / "photos").string() + " meant?"}));
}

TEST(FolderLayout, AClassWithoutAPictureSaysWhy) {
  PhotoFolder folder;
  folder.split("train");
  write_text(folder / "train/fox/1.gif", "GIF89a");
  EXPECT_TRUE(folder.refused({"the class folder 'fox' holds no image", "train/fox/1.gif: a kind of picture"}));
}

TEST(FolderLayout, NamesThatAreNotUtf8AreUsed) {
  PhotoFolder folder;
  folder.split("train");
  folder.split("test");
  folder.picture("train/cat/na\xefve.png");
  write_text(folder / "train/cat/\xff.mp4", "");
  const DataSplits data = folder.load();
  EXPECT_EQ(data.train.n, 3);
  EXPECT_EQ(why(data.ledger, "train/cat/\xff.mp4"), "no picture");
}

TEST(FolderLayout, SizesAreThoseOfTheFiles) {
  PhotoFolder folder;
  folder.split("train");
  folder.split("test");
  folder.picture("train/cat/a.webp", 20, 10);
  folder.picture("train/cat/b.jpg", 30, 12);
  folder.request.channels = 3;
  const DataSplits data = folder.load();
  EXPECT_EQ(stored_sizes(data), (SizeCounts{{{6, 4}, 4}, {{20, 10}, 1}, {{30, 12}, 1}}));
  EXPECT_EQ(grey_images(data), 6);
}

}  // namespace
}  // namespace gs::test
