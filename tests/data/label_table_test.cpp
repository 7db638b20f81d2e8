// label_table_test.cpp - columns and rows of a table of labels, names of pictures, and splits by name.
#include "engine/data/label_table.h"

#include <algorithm>

#include "engine/data/picture_index.h"
#include "engine/data/split_by_name.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

LabelTable table_of(const std::string& text, const TableRequest& request = {}) {
  const ScratchFolder folder;
  write_text(folder / "t.csv", text);
  return read_label_table(folder / "t.csv", request);
}

TEST(LabelTable, UsualColumnsAreFound) {
  // The first lines of HAM10000_metadata.csv.
  const LabelTable ham = table_of(
      "lesion_id,image_id,dx,dx_type,age,sex,localization\n"
      "HAM_0000118,ISIC_0027419,bkl,histo,80.0,male,scalp\n"
      "HAM_0000118,ISIC_0025030,bkl,histo,80.0,male,scalp\n");
  ASSERT_EQ(ham.rows.size(), 2u);
  EXPECT_EQ(ham.rows[1].image, "ISIC_0025030");
  EXPECT_EQ(ham.rows[1].label, "bkl");
  EXPECT_EQ(ham.rows[1].line, 3u);
  EXPECT_EQ(ham.rows[1].group, "");
  EXPECT_NE(ham.hint.find("one lesion_id may stand in both training and validation; --group-column lesion_id"),
            std::string::npos)
      << ham.hint;
  EXPECT_EQ(table_of("lesion_id,image,dx\nL1,a,b\nL2,c,d\n,e,f\n,g,h\n").hint, "") << "each lesion has one picture";
  EXPECT_EQ(table_of("Label,FileName\n1,a.png\n").rows[0].image, "a.png") << "in any case and order";
}

TEST(LabelTable, NamedColumnsAreTaken) {
  const LabelTable table = table_of("path,split,class,image_id,lesion_id\ntest/mel/a.jpg,test,mel,a,L1\n",
                                    {.image_column = "path", .group_column = "lesion_id", .split_column = "split"});
  EXPECT_EQ(table.rows[0].image, "test/mel/a.jpg");
  EXPECT_EQ(table.rows[0].group, "L1");
  EXPECT_EQ(table.rows[0].split, "test");
  EXPECT_EQ(table.hint, "");
  EXPECT_NE(table_of("image,split,class\na,test,mel\n").hint.find("--split-column split would split by it"),
            std::string::npos);
}

TEST(LabelTable, OfSeveralLabelColumnsOneIsOne) {
  // The first line of ISIC's ground truth.
  const TableRequest request{.label_columns = {"MEL", "NV", "BCC"}};
  const auto label = [&](const std::string& row) {
    return table_of("image,MEL,NV,BCC\n" + row + "\n", request).rows[0].label;
  };
  EXPECT_EQ(label("ISIC_0024306,0.0,1.0,0.0"), "NV");
  EXPECT_EQ(label("a,0,0,1"), "BCC");
  EXPECT_EQ(label("a,0,0,0"), "") << "no label";
  EXPECT_EQ(label("a,,1,"), "NV");
  EXPECT_TRUE(refuses([&] { label("a,1,1,0"); }, {"t.csv, line 2: both MEL and NV are 1"}));
  EXPECT_TRUE(refuses([&] { label("a,0.5,0,0"); }, {"t.csv, line 2: the column MEL must be 0 or 1, not '0.5'"}));
}

TEST(LabelTable, FaultsListTheColumns) {
  const auto refused = [](const std::string& text, const TableRequest& request, const std::vector<std::string>& parts) {
    return refuses([&] { table_of(text, request); }, parts);
  };
  EXPECT_TRUE(refused("path,image_id,dx\na,b,c\n", {},
                      {"--labels ", "t.csv: 'path' or 'image_id'? --image-column names the column",
                       "its columns are path, image_id, dx"}));
  EXPECT_TRUE(refused("image,age\na,1\n", {}, {"--label-column must name a column; its columns are image, age"}));
  EXPECT_TRUE(refused("image,dx\na,1\n", {.group_column = "lesion"},
                      {"--group-column lesion: there is no such column in --labels", "its columns are image, dx"}));
  EXPECT_TRUE(refused("image,dx,dx\na,1,2\n", {.label_columns = {"dx"}}, {"two columns of this name"}));
  EXPECT_TRUE(refused("image,dx\n,1\n", {}, {"line 2: it names no picture"}));
  EXPECT_TRUE(refused("image,dx\n", {}, {"the table has no rows"}));
  EXPECT_TRUE(refused("", {}, {"the table is empty"}));
  EXPECT_TRUE(refused("image,dx\na,1,2\n", {}, {"--labels ", "t.csv, line 2: 3 fields; the first line has 2"}));
  EXPECT_TRUE(refuses([] { read_label_table("gone.csv", {}); }, {"--labels gone.csv: there is no such file"}));
}

TEST(PictureIndex, NamesNeedNoEndingAndNoFolders) {
  const PictureIndex index({"part_1/ISIC_1.jpg", "part_2/ISIC_2.JPG", "part_2/b.v2.png"});
  using Found = std::vector<std::size_t>;
  for (const char* name : {"ISIC_1", "ISIC_1.jpg", "part_1/ISIC_1", "part_1/ISIC_1.jpg", "images/part_1/ISIC_1.jpg",
                           "./ISIC_1.jpg", "part_1\\ISIC_1.jpg", "ISIC_1.png"})
    EXPECT_EQ(index.find(name), Found{0}) << name;
  EXPECT_EQ(index.find("ISIC_2.jpg"), Found{1}) << "an ending in other letters";
  EXPECT_EQ(index.find("b.v2"), Found{2});
  EXPECT_EQ(index.find("b"), Found());
  EXPECT_EQ(index.find("ISIC"), Found());
  EXPECT_EQ(index.find(""), Found());
}

TEST(PictureIndex, AnotherFoldersPictureIsNotMeant) {
  const PictureIndex index({"patient2/1.jpg", "7.jpg", "scans/patient3/1.jpg"});
  using Found = std::vector<std::size_t>;
  EXPECT_EQ(index.find("patient1/1.jpg"), Found());
  EXPECT_EQ(index.find("patient1/1"), Found());
  EXPECT_EQ(index.find("patient1/7.jpg"), Found{1}) << "it lies in no folder";
  EXPECT_EQ(index.find("images/patient3/1.jpg"), Found{2});
}

TEST(PictureIndex, AllThatANameMayMeanAreFound) {
  const PictureIndex index({"a/1.jpg", "a/1.png", "b/1.jpg"});
  using Found = std::vector<std::size_t>;
  EXPECT_EQ(index.find("1"), (Found{0, 1, 2}));
  EXPECT_EQ(index.find("1.jpg"), (Found{0, 2})) << "an exact ending is preferred";
  EXPECT_EQ(index.find("b/1.jpg"), Found{2});
}

TEST(SplitByName, ImagesOfOneNameStayTogether) {
  std::vector<std::string> names;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 900; ++i) names.push_back("lesion " + std::to_string(i / 3)), labels.push_back(i % 2);
  const std::vector<bool> validating = validating_by_name(names, labels, 0.2);
  for (std::size_t i = 0; i < names.size(); i += 3)
    EXPECT_TRUE(validating[i] == validating[i + 1] && validating[i] == validating[i + 2]) << names[i];
  EXPECT_NEAR(double(std::ranges::count(validating, true)), 180, 63) << "three standard deviations of 300 names";
}

TEST(SplitByName, EachClassTrains) {
  const std::vector<std::string> names{"a", "b", "c", "d"};
  for (const double share : {0.001, 0.5, 0.999}) {
    const std::vector<bool> apart = validating_by_name(names, {0, 0, 1, 1}, share);
    EXPECT_NE(apart[0], apart[1]);
    EXPECT_NE(apart[2], apart[3]);
    EXPECT_EQ(validating_by_name(names, {0, 1, 2, 3}, share), std::vector<bool>(4, false)) << "one name each";
  }
}

}  // namespace
}  // namespace gs::test
