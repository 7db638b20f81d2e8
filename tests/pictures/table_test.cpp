// table_test.cpp - pictures of a folder with their labels in a table.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "engine/data/encode_png.h"
#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

/// A grey picture of one value, by which a test knows it again.
std::string picture(int value) {
  const std::vector<std::uint8_t> png = encode_png({2, 2, 1, std::vector<std::uint8_t>(4, std::uint8_t(value))});
  return {png.begin(), png.end()};
}

/// Pictures p1 ... p6 in two folders, with the values 10 ... 60.
struct TableFolder : ScratchFolder {
  TableFolder() {
    for (int i = 1; i <= 6; ++i)
      write_text(*this / ((i <= 3 ? "part_1/p" : "part_2/p") + std::to_string(i) + ".png"), picture(10 * i));
    request.data = path().string();
    request.table.file = (*this / "t.csv").string();
    request.image_size = 1;
  }
  DataSplits load(const std::string& csv) {
    write_text(*this / "t.csv", csv);
    warnings.clear();
    return load_data(request, {}, [this](const std::string& text) { warnings.push_back(text); });
  }
  std::string said() const {
    std::string all;
    for (const std::string& text : warnings) all += text + "\n";
    return all;
  }
  DataRequest request;
  std::vector<std::string> warnings;
};

/// The class of each picture, by its value, in both splits.
std::map<int, std::string> classes_by_value(const DataSplits& data) {
  std::map<int, std::string> classes;
  for (const Dataset* d : {&data.train, &data.validation})
    for (std::size_t i = 0; i < std::size_t(d->n); ++i)
      classes[d->images[i * d->image_size()]] = data.classes[std::size_t(d->labels[i])];
  return classes;
}

const std::string six = "image_id,dx\np1,mel\np2,nv\np3,nv\np4,mel\np5.png,nv\npart_2/p6.png,mel\n";

TEST(Table, LabelsAreJoinedByName) {
  TableFolder folder;
  const DataSplits data = folder.load(six);
  EXPECT_EQ(data.kind, "table");
  EXPECT_EQ(data.table, (folder / "t.csv").string());
  EXPECT_EQ(data.classes, (std::vector<std::string>{"mel", "nv"}));
  EXPECT_EQ(classes_by_value(data),
            (std::map<int, std::string>{{10, "mel"}, {20, "nv"}, {30, "nv"}, {40, "mel"}, {50, "nv"}, {60, "mel"}}));
  ASSERT_EQ(folder.warnings.size(), 1u) << folder.said();
  EXPECT_NE(folder.said().find("no --split-column: about 20 % of each class validate"), std::string::npos);
  EXPECT_EQ(folder.load("image_id,dx\np6,mel\np5,nv\np4,mel\np3,nv\np2,nv\np1,mel\n").checksum, data.checksum)
      << "the order of the rows does not matter";
  folder.request.table.file = "t.csv";
  EXPECT_EQ(folder.load(six).checksum, data.checksum) << "a table beside the pictures";
}

TEST(Table, NumbersAreSortedAsNumbers) {
  TableFolder folder;
  EXPECT_EQ(folder.load("image,label\np1,10\np2,9\np3,10\np4,9\np5,2\np6,2\n").classes,
            (std::vector<std::string>{"2", "9", "10"}));
}

TEST(Table, AGroupIsInOneSplit) {
  TableFolder folder;
  folder.request.table.group_column = "lesion";
  folder.request.validation_split = 0.5;
  const DataSplits data = folder.load("image,dx,lesion\np1,a,x\np2,a,x\np3,a,y\np4,b,y\np5,b,z\np6,b,z\n");
  std::set<int> validating;
  for (int i = 0; i < data.validation.n; ++i) validating.insert(data.validation.images[std::size_t(i)] / 10);
  for (const auto& [one, other] : {std::pair(1, 2), {3, 4}, {5, 6}})
    EXPECT_EQ(validating.contains(one), validating.contains(other)) << one;
  EXPECT_GT(data.validation.n, 0);
  EXPECT_TRUE(folder.warnings.empty()) << folder.said();
}

TEST(Table, TooFewGroupsAreRefused) {
  TableFolder folder;
  folder.request.table.group_column = "lesion";
  EXPECT_TRUE(refuses([&] { folder.load("image,dx,lesion\np1,a,x\np2,b,y\n"); },
                      {"none of its 2 groups can validate, since each class needs one to train with"}));
}

TEST(Table, AColumnSplits) {
  TableFolder folder;
  folder.request.table.split_column = "part";
  const DataSplits data =
      folder.load("image,dx,part\np1,a,TRAIN\np2,b,train\np3,a,Training\np4,b,val\np5,a,validation\np6,b,test\n");
  EXPECT_EQ(data.train.images, (std::vector<std::uint8_t>{10, 20, 30}));
  EXPECT_EQ(data.validation.images, (std::vector<std::uint8_t>{40, 50}));
  EXPECT_EQ(data.ledger.used, 5u);
  ASSERT_EQ(folder.warnings.size(), 1u) << folder.said();
  EXPECT_NE(folder.said().find("the rows of val validate; those of test are left alone"), std::string::npos);
  folder.request.split = "test";
  EXPECT_EQ(folder.load(text_of(folder / "t.csv")).validation.images, std::vector<std::uint8_t>{60});
  EXPECT_TRUE(refuses([&] { folder.load("image,dx,part\np1,a,train\np2,b,train\np3,a,val\n"); },
                      {"no row of test to validate with"}));
  folder.request.split = "val";
  EXPECT_EQ(
      folder.load("image,dx,part\np1,a,train\np2,b,train\np3,a,test\np4,b,test\np5,a,test\np6,b,test\n").validation.n,
      4)
      << "test validates where there is no val";
  EXPECT_TRUE(refuses([&] { folder.load("image,dx,part\np1,a,train\np2,b,5\n"); },
                      {"t.csv, line 3: the split must be train, val or test, not '5'"}));
  folder.request.table.group_column = "dx";
  EXPECT_TRUE(refuses([&] { folder.load("image,dx,part\np1,a,train\np2,b,train\np3,a,val\n"); },
                      {"line 4: the group 'a' is in both training and validation, also by line 2"}));
}

TEST(Table, AClassNeedsATrainingPicture) {
  TableFolder folder;
  folder.request.table.split_column = "part";
  EXPECT_TRUE(refuses([&] { folder.load("image,dx,part\np1,a,train\np2,b,train\np3,c,val\n"); },
                      {"t.csv: no picture of the class 'c' is in the training split"}));
  EXPECT_EQ(folder.load("image,dx,part\np1,a,train\np2,b,train\np3,a,val\np4,c,test\n").classes,
            (std::vector<std::string>{"a", "b"}))
      << "a split that is left alone has no say";
}

TEST(Table, WhatDoesNotJoinIsNamed) {
  TableFolder folder;
  const DataSplits data = folder.load("image,dx\np1,mel\np2,nv\np3,nv\np4,mel\np5,\np7,nv\n");
  EXPECT_EQ(data.train.n + data.validation.n, 4);
  EXPECT_EQ(data.ledger.seen, 8u) << "six pictures, the table, and a row";
  EXPECT_EQ(data.ledger.used, 4u);
  std::map<std::string, std::string> why;
  for (const PassedOver& one : data.ledger.passed_over) why[one.file] = one.why;
  EXPECT_EQ(why["p7"], "a row without a picture");
  EXPECT_EQ(why["part_2/p5.png"], "no label in the table");
  EXPECT_EQ(why["part_2/p6.png"], "no row in the table");
  EXPECT_NE(folder.said().find("3 files are passed over"), std::string::npos) << folder.said();
  EXPECT_TRUE(refuses([&] { folder.load("image,dx\nx1,a\nx2,b\n"); },
                      {"no row with a label names a picture", "the first row names 'x1'", "part_1/p1.png"}));
}

TEST(Table, TwoRowsOfAPictureMustAgree) {
  TableFolder folder;
  EXPECT_EQ(folder.load(six + "p1.png,mel\n").checksum, folder.load(six).checksum);
  EXPECT_TRUE(refuses([&] { folder.load(six + "p1.png,nv\n"); },
                      {"t.csv, line 8: the label of part_1/p1.png is 'nv', and 'mel' in line 2"}));
}

TEST(Table, ANameOfTwoFilesMustMeanOnePicture) {
  TableFolder folder;
  const std::string checksum = folder.load(six).checksum;
  write_text(folder / "part_3/p1.png", picture(10));  // as HAM10000 from Kaggle, which holds its folders twice
  EXPECT_EQ(folder.load(six).checksum, checksum);
  EXPECT_NE(folder.said().find("the same file again: part_3/p1.png"), std::string::npos) << folder.said();
  write_text(folder / "part_3/p1.png", picture(11));
  EXPECT_TRUE(refuses([&] { folder.load(six); }, {"line 2: 'p1' may be part_1/p1.png or part_3/p1.png"}));
}

TEST(Table, TheManifestOfRealLesionsIsRead) {
  const auto skin = shared_data("data/skin");
  const auto manifest = shared_data("data/skin_manifest.csv");
  if (!skin || !manifest) GTEST_SKIP() << "no pictures of skin beside this project";
  DataRequest request{.data = skin->string(), .image_size = 8, .limit = 20};
  const std::string by_folders = load_data(request).checksum;
  request.table = {manifest->string(), "path", {"class"}, "", "split"};
  EXPECT_EQ(load_data(request).checksum, by_folders);
}

}  // namespace
}  // namespace gs::test
