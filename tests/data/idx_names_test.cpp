// idx_names_test.cpp - MNIST as torchvision stores it, EMNIST's names, and a CIFAR-10 that is not complete.
#include "engine/data/idx_names.h"

#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/idx_files.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

/// Four files of 2 + 2 images of 1x2; `first` is the first pixel.
void write_set(const std::filesystem::path& prefix, const std::string& validation, char first = '1') {
  for (const std::string& split : {std::string("train"), validation}) {
    write_text(prefix.string() + split + "-images-idx3-ubyte", idx_images(2, 1, 2, first + std::string("234")));
    write_text(prefix.string() + split + "-labels-idx1-ubyte", idx_labels("\1\2"));
  }
}

DataSplits load(const std::filesystem::path& path) {
  return load_data({.data = path.string()});
}

TEST(IdxNames, AreFoundInFoldersBelow) {
  for (const char* below : {"", "raw/", "MNIST/raw/"}) {
    const ScratchFolder folder;
    write_set(folder / below / "", "t10k");
    EXPECT_EQ(load(folder.path()).kind, "idx") << below;
  }
}

TEST(IdxNames, AClassFolderIsNotSearched) {
  const ScratchFolder folder;
  write_set(folder / "cat/", "t10k");
  EXPECT_FALSE(find_idx(folder.path()));
  EXPECT_TRUE(find_idx(folder / "cat"));
}

TEST(IdxNames, ThoseOfEmnistHaveAPrefix) {
  const ScratchFolder folder;
  write_set(folder / "EMNIST/raw/emnist-letters-", "test");
  EXPECT_EQ(load(folder.path()).train.images[0], '1');
  write_set(folder / "EMNIST/raw/emnist-digits-", "test", '7');
  const std::string raw = (folder / "EMNIST/raw").string();
  EXPECT_TRUE(refuses([&] { load(folder.path()); },
                      {"several sets of IDX files; name one", raw + "/emnist-digits, " + raw + "/emnist-letters"}));
  EXPECT_EQ(load(raw + "/emnist-digits").train.images[0], '7');
  EXPECT_EQ(load(raw + "/emnist-letters").train.images[0], '1');
  EXPECT_TRUE(refuses([&] { load(raw + "/emnist-byclass"); }, {"no such file or folder"}));
  std::filesystem::remove(raw + "/emnist-digits-test-labels-idx1-ubyte");
  EXPECT_TRUE(
      refuses([&] { load(raw + "/emnist-digits"); }, {"emnist-digits-test-labels-idx1-ubyte (or .gz) is missing"}));
}

TEST(IdxNames, MissingBatchesOfCifar10AreNamed) {
  const ScratchFolder folder;
  std::string records;
  for (int label = 0; label < 10; ++label) records += char(label) + std::string(3072, char(label));
  for (const char* name : {"data_batch_2.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"})
    write_text(folder / name, records);
  std::vector<std::string> warnings;
  const DataSplits data =
      load_data({.data = folder.path().string()}, {}, [&](const std::string& text) { warnings.push_back(text); });
  EXPECT_EQ(data.train.n, 30);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(
      warnings[0].find("data_batch_1.bin, data_batch_3.bin are missing: 3 of CIFAR-10's 5 training batches train"),
      std::string::npos)
      << warnings[0];
  EXPECT_EQ(data.ledger.used, 4u);
  ASSERT_EQ(data.ledger.passed_over.size(), 2u);
  EXPECT_EQ(data.ledger.passed_over[0].file, "data_batch_1.bin");
  for (const char* name : {"data_batch_1.bin", "data_batch_3.bin"}) write_text(folder / name, records);
  warnings.clear();
  load_data({.data = folder.path().string()}, {}, [&](const std::string& text) { warnings.push_back(text); });
  EXPECT_TRUE(warnings.empty());
}

TEST(IdxNames, FlagsOfFoldersAreRefused) {
  const ScratchFolder folder;
  write_set(folder / "", "t10k");
  EXPECT_TRUE(refuses([&] { load_data({.data = folder.path().string(), .split = "test"}); },
                      {"--split is for folders of image files"}));
}

}  // namespace
}  // namespace gs::test
