// arrays_test.cpp - NumPy's arrays: MedMNIST's and Keras's names, types of labels, and damaged files.
#include <gtest/gtest.h>

#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"
#if GRIDSTRIDE_WITH_LIBZIP
#include "tests/support/npy_files.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

std::string pixels(std::size_t count, int first = 0) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += char(first + int(i));
  return text;
}

/// MedMNIST's six arrays: 4 + 2 + 3 images of 2x3.
std::vector<ZippedFile> medmnist() {
  return {{"train_images.npy", npy("|u1", "4, 2, 3", pixels(24))},
          {"train_labels.npy", npy_labels({0, 1, 2, 1}, "4, 1")},
          {"val_images.npy", npy("|u1", "2, 2, 3", pixels(12, 100))},
          {"val_labels.npy", npy_labels({2, 0}, "2, 1")},
          {"test_images.npy", npy("|u1", "3, 2, 3", pixels(18, 200))},
          {"test_labels.npy", npy_labels({0, 1, 2}, "3, 1")}};
}

/// The set with one array replaced.
std::vector<ZippedFile> medmnist_but(const std::string& name, const std::string& text) {
  std::vector<ZippedFile> files = medmnist();
  std::ranges::find(files, name, &ZippedFile::name)->text = text;
  return files;
}

struct Arrays {
  DataSplits load(const std::vector<ZippedFile>& files, bool compressed = true) {
    write_zip(file, files, compressed);
    return load_file();
  }
  DataSplits load_file() {
    warnings.clear();
    return load_data({.data = file.string()}, {}, [this](const std::string& text) { warnings.push_back(text); });
  }
  ScratchFolder folder;
  fs::path file = folder / "set.npz";
  std::vector<std::string> warnings;
};

TEST(Arrays, MedMnistIsReadAndItsTestImagesAreLeftAlone) {
  Arrays arrays;
  const DataSplits data = arrays.load(medmnist());
  EXPECT_EQ(data.kind, "arrays");
  EXPECT_EQ(data.classes, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(data.train.n, 4);
  EXPECT_EQ(data.train.h, 2);
  EXPECT_EQ(data.train.w, 3);
  EXPECT_EQ(data.train.c, 1);
  EXPECT_EQ(data.train.images[23], 23);
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 2, 1}));
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{2, 0}));
  EXPECT_EQ(data.validation.images[0], 100);
  ASSERT_EQ(arrays.warnings.size(), 1u);
  EXPECT_NE(arrays.warnings[0].find("val_images validates; test_images is left alone"), std::string::npos);
  EXPECT_EQ(data.ledger.seen, 6u);
  EXPECT_EQ(data.ledger.used, 4u);
  EXPECT_EQ(arrays.load(medmnist(), false).checksum, data.checksum) << "stored, not compressed";
  const DataSplits tested = load_data({.data = arrays.file.string(), .split = "test"});
  EXPECT_EQ(tested.validation.images[0], 200);
  EXPECT_EQ(tested.validation.labels, (std::vector<std::int32_t>{0, 1, 2}));
}

TEST(Arrays, ColourHasThreeChannelsInTheLastExtent) {
  Arrays arrays;
  std::vector<ZippedFile> files = medmnist();
  files[0].text = npy("|u1", "4, 1, 2, 3", pixels(24));
  files[2].text = npy("|u1", "2, 1, 2, 3", pixels(12));
  const DataSplits data = arrays.load(files);
  EXPECT_EQ(data.train.c, 3);
  EXPECT_EQ(data.train.w, 2);
  files[0].text = npy("|u1", "4, 2, 3, 1", pixels(24));
  files[2].text = npy("|u1", "2, 2, 3", pixels(12));
  EXPECT_EQ(arrays.load(files).train.c, 1);
  files[0].text = npy("|u1", "4, 3, 1, 2", pixels(24));
  EXPECT_TRUE(refuses([&] { arrays.load(files); }, {"train_images", "4 x 3 x 1 x 2", "height x width x 1 or 3"}));
}

TEST(Arrays, KerasNamesAreRead) {
  Arrays arrays;
  const std::vector<ZippedFile> files{{"x_train.npy", npy("|u1", "2, 1, 1", "ab")},
                                      {"Y_train.npy", npy("|u1", "2,", std::string("\3\0", 2))},
                                      {"x_test.npy", npy("|u1", "1, 1, 1", "c")},
                                      {"y_test.npy", npy("|u1", "1,", "\3")},
                                      {"notes.txt", "not an array"}};
  const DataSplits data = arrays.load(files);
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(data.validation.images[0], 'c');
  ASSERT_EQ(arrays.warnings.size(), 1u) << "only the gap between 0 and 3";
  EXPECT_NE(arrays.warnings[0].find("no training image has the label 1 to 2"), std::string::npos) << arrays.warnings[0];
}

TEST(Arrays, AFolderOfArraysIsTheSame) {
  Arrays arrays;
  const std::string checksum = arrays.load(medmnist()).checksum;
  const ScratchFolder folder;
  for (const auto& [name, text] : medmnist()) write_text(folder / name, text);
  EXPECT_EQ(load_data({.data = folder.path().string()}).checksum, checksum);
  EXPECT_TRUE(refuses([&] { load_data({.data = (folder / "train_images.npy").string()}); },
                      {"train_images.npy", "one array; name its folder"}));
  fs::resize_file(folder / "val_labels.npy", fs::file_size(folder / "val_labels.npy") - 1);
  EXPECT_TRUE(refuses([&] { load_data({.data = folder.path().string()}); }, {"val_labels.npy", "2 x 1 values"}));
}

TEST(Arrays, LabelsAreOfAnyIntegerType) {
  Arrays arrays;
  const auto labels = [&](const std::string& type, const std::string& values) {
    return arrays.load(medmnist_but("train_labels.npy", npy(type, "4,", values))).train.labels;
  };
  const std::vector<std::int32_t> expected{0, 1, 2, 1};
  const auto zeros = [](std::size_t count) { return std::string(count, '\0'); };
  EXPECT_EQ(labels("|u1", std::string("\0\1\2\1", 4)), expected);
  EXPECT_EQ(labels("|i1", std::string("\0\1\2\1", 4)), expected);
  EXPECT_EQ(labels("<u2", zeros(2) + '\1' + zeros(1) + '\2' + zeros(1) + '\1' + zeros(1)), expected);
  EXPECT_EQ(labels(">i4", zeros(7) + '\1' + zeros(3) + '\2' + zeros(3) + '\1'), expected);
  EXPECT_EQ(labels(">u8", zeros(15) + '\1' + zeros(7) + '\2' + zeros(7) + '\1'), expected);
}

TEST(Arrays, OddLabelsAreRefused) {
  Arrays arrays;
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    return refuses([&] { arrays.load(medmnist_but("train_labels.npy", text)); }, parts);
  };
  EXPECT_TRUE(refused(npy_labels({0, 1, -1, 1}), {"train_labels", "label -1; a label is 0 or more"}));
  EXPECT_TRUE(refused(npy("|i1", "4,", "\1\xFE\1\1"), {"label -2"})) << "the sign of a byte";
  EXPECT_TRUE(refused(npy("<f4", "4,", std::string(16, '\0')), {"train_labels", "'<f4'", "numpy.int64"}));
  EXPECT_TRUE(refused(npy_labels({0, 1, 2, 1, 0, 1, 2, 1}, "4, 2"), {"4 x 2; an image has one label"}));
  EXPECT_TRUE(refused(npy_labels({0, 1, 2}), {"4 images, but 3 labels"}));
  EXPECT_TRUE(refused(npy_labels({0, 1, 1, 1}), {"val_labels", "label 2 is not in the training labels"}));
  EXPECT_TRUE(refused(npy("<u8", "4,", std::string(32, '\xFF')), {"18446744073709551615", "more than 63 bits"}));
}

TEST(Arrays, OddImagesAreRefused) {
  Arrays arrays;
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    return refuses([&] { arrays.load(medmnist_but("train_images.npy", text)); }, parts);
  };
  const std::string head = "{'descr': '|u1', 'fortran_order': ";
  EXPECT_TRUE(refused(npy("<f8", "4, 2, 3", std::string(192, '\0')), {"train_images", "'<f8'", "numpy.uint8"}));
  EXPECT_TRUE(refused(npy("|O", "4,", "\x80\3]q"), {"Python objects, which are not read (pickle)"}));
  EXPECT_TRUE(refused(npy_with_header("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (4,), }", "abcd"),
                      {"type 'record'; numbers are needed"}));
  EXPECT_TRUE(refused(npy_with_header(head + "True, 'shape': (4, 2, 3), }", pixels(24)),
                      {"Fortran order", "numpy.ascontiguousarray"}));
  EXPECT_TRUE(refused(npy("|u1", "24,", pixels(24)), {"its shape is 24; images are"}));
  EXPECT_TRUE(refused(npy("|u1", "4, 2, 0", ""), {"its shape is 4 x 2 x 0"}));
  EXPECT_TRUE(
      refused(npy("|u1", "4, 2, 2", pixels(24)), {"4 x 2 x 2 values of 1 bytes need 16 bytes; the file has 24"}));
  EXPECT_TRUE(refused(npy("|u1", "9223372036854775807, 9223372036854775807, 3", pixels(24)), {"need too many bytes"}));
  EXPECT_TRUE(refused(npy("|u1", "4, -2, 3", pixels(24)), {"its shape must be extents, not (4, -2, 3)"}));
  EXPECT_TRUE(refused(npy_with_header(head + "False, }", pixels(24)), {"must have descr, fortran_order and shape"}));
  EXPECT_TRUE(refused(npy_with_header("{'descr': os.system('x'), }", ""), {"must have descr"}));
  EXPECT_TRUE(refused(npy_with_header(head + "False, 'shape': (4,), }", pixels(4), 4), {"version 4"}));
  EXPECT_TRUE(refused("\x93NUMPY", {"no NumPy array"}));
  EXPECT_TRUE(refused(npy("|u1", "4, 2, 3", "").substr(0, 40), {"cut short in its header"}));
}

TEST(Arrays, LaterVersionsOfTheFormatAreRead) {
  Arrays arrays;
  const std::string header = "{\"shape\": (4L, 2L, 3L), 'fortran_order': False, 'descr': '|u1'}   \n";
  for (const int version : {2, 3})
    EXPECT_EQ(arrays.load(medmnist_but("train_images.npy", npy_with_header(header, pixels(24), version))).train.n, 4);
}

TEST(Arrays, MissingOnesAreNamed) {
  Arrays arrays;
  const auto without = [&](const std::vector<std::string>& names) {
    std::vector<ZippedFile> files = medmnist();
    std::erase_if(files, [&](const ZippedFile& file) { return std::ranges::count(names, file.name) > 0; });
    return files;
  };
  EXPECT_EQ(arrays.load(without({"val_images.npy", "val_labels.npy"})).validation.n, 3) << "test validates";
  EXPECT_TRUE(arrays.warnings.empty());
  EXPECT_TRUE(
      refuses([&] { arrays.load(without({"train_labels.npy"})); }, {"train_labels is missing beside train_images"}));
  EXPECT_TRUE(refuses([&] { arrays.load(without({"train_labels.npy", "train_images.npy"})); }, {"no training arrays"}));
  EXPECT_TRUE(refuses(
      [&] {
        arrays.load(without({"val_images.npy", "val_labels.npy", "test_images.npy", "test_labels.npy"}));
      },
      {"no arrays to validate with"}));
  std::vector<ZippedFile> twice = medmnist();
  twice.push_back({"X_train.npy", npy("|u1", "4, 2, 3", pixels(24))});
  EXPECT_TRUE(refuses([&] { arrays.load(twice); }, {"both train_images and X_train are there"}));
  EXPECT_TRUE(refuses(
      [&] {
        arrays.load({{"arr_0.npy", npy("|u1", "1,", "a")}, {"a.jpg", "picture"}});
      },
      {"expected the arrays train_images", "the arrays in it: arr_0"}));
}

TEST(Arrays, DamagedArchivesAreRefused) {
  Arrays arrays;
  write_zip(arrays.file, medmnist(), false);
  const std::string whole = text_of(arrays.file);
  write_text(arrays.file, whole.substr(0, whole.size() - 100));
  EXPECT_TRUE(refuses([&] { arrays.load_file(); }, {"set.npz", "cut short or damaged"}));
  std::string changed = whole;
  changed[changed.find(pixels(24)) + 5] = 99;
  write_text(arrays.file, changed);
  EXPECT_TRUE(refuses([&] { arrays.load_file(); }, {"set.npz: train_images.npy", "its checksum is wrong"}));
  write_text(arrays.file, whole.substr(0, 4) + "no archive after all");
  EXPECT_TRUE(refuses([&] { arrays.load_file(); }, {"set.npz", "cut short or damaged"}));
}

TEST(Arrays, AZippedBombIsRefusedByItsDirectory) {
  Arrays arrays;
  write_zip(arrays.file, medmnist(), true);
  std::string bomb = text_of(arrays.file);
  bomb.replace(bomb.find("PK\1\2") + 24, 4, "\xff\xff\xff\x7f");  // the first member's size
  write_text(arrays.file, bomb);
  EXPECT_TRUE(refuses([&] { arrays.load_file(); }, {"set.npz: train_images.npy declares 2147483647 bytes"}));
}

TEST(Arrays, FlagsOfOtherSourcesAreRefused) {
  Arrays arrays;
  write_zip(arrays.file, medmnist());
  EXPECT_TRUE(refuses([&] { load_data({.data = arrays.file.string(), .transpose = true}); }, {"--transpose", "IDX"}));
  EXPECT_TRUE(
      refuses([&] { load_data({.data = arrays.file.string(), .validation_split = 0.5}); }, {"--val-split", "folders"}));
}

}  // namespace
}  // namespace gs::test
#endif
