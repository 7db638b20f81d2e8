// idx_test.cpp - MNIST's files: plain, gzipped, damaged; and CIFAR-10's.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/idx_files.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/shared_data.h"

namespace gs::test {
namespace {

std::string images_file(std::uint32_t n, std::uint32_t h, std::uint32_t w) {
  std::string pixels;
  for (std::uint32_t i = 0; i < n * h * w; ++i) pixels += char(i);
  return idx_images(n, h, w, pixels);
}

void write_gzip(const std::filesystem::path& path, const std::string& text) {
  const gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  gzwrite(file, text.data(), unsigned(text.size()));
  gzclose(file);
}

/// Four files of 4 + 2 images of 2x3.
struct IdxFolder : ScratchFolder {
  IdxFolder() {
    write_text(*this / "train-images-idx3-ubyte", images_file(4, 2, 3));
    write_text(*this / "train-labels-idx1-ubyte", idx_labels("\3\7\3\7"));
    write_text(*this / "t10k-images-idx3-ubyte", images_file(2, 2, 3));
    write_text(*this / "t10k-labels-idx1-ubyte", idx_labels("\7\3"));
  }
  DataSplits load(DataRequest request = {}) const {
    request.data = path().string();
    return load_data(request);
  }
};

TEST(Idx, IsReadInItsOwnSize) {
  const IdxFolder folder;
  const DataSplits data = folder.load();
  EXPECT_EQ(data.kind, "idx");
  EXPECT_EQ(data.train.n, 4);
  EXPECT_EQ(data.train.h, 2);
  EXPECT_EQ(data.train.w, 3);
  EXPECT_EQ(data.train.c, 1);
  EXPECT_EQ(data.train.images[23], 23);
  EXPECT_EQ(data.classes, (std::vector<std::string>{"3", "7"})) << "the numbers that occur are the classes";
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(folder.load({.image_size = 4, .channels = 3}).train.image_size(), 48u);
}

TEST(Idx, GzippedFilesAreTheSame) {
  const IdxFolder plain, zipped;
  for (const std::string& name : names_in(zipped.path())) {
    write_gzip(zipped / (name + ".gz"), text_of(zipped / name));
    std::filesystem::remove(zipped / name);
  }
  EXPECT_EQ(zipped.load().checksum, plain.load().checksum);
  std::string text = text_of(zipped / "train-images-idx3-ubyte.gz");
  write_text(zipped / "train-images-idx3-ubyte.gz", text.substr(0, text.size() - 6));
  EXPECT_TRUE(refuses([&] { zipped.load(); }, {"train-images-idx3-ubyte.gz", "cut short or damaged"}));
  text[text.size() - 8] = char(text[text.size() - 8] ^ 1);  // the gzip checksum
  write_text(zipped / "train-images-idx3-ubyte.gz", text);
  EXPECT_TRUE(refuses([&] { zipped.load(); }, {"train-images-idx3-ubyte.gz", "cut short or damaged"}));
}

TEST(Idx, DamagedFilesAreNamed) {
  const std::string whole = images_file(4, 2, 3);
  const auto refused = [](const std::string& name, const std::string& text, const std::string& part) {
    const IdxFolder folder;
    write_text(folder / name, text);
    return refuses([&] { folder.load(); }, {"--data", name, part});
  };
  const std::string images = "train-images-idx3-ubyte", labels = "train-labels-idx1-ubyte";
  EXPECT_TRUE(refused(images, whole.substr(0, whole.size() - 1), "cut short"));
  EXPECT_TRUE(refused(images, whole + "x", "longer than its header says"));
  EXPECT_TRUE(refused(images, "", "cut short"));
  EXPECT_TRUE(refused(images, "this is text, not images", "not an IDX file"));
  EXPECT_TRUE(refused(images, idx_labels("\1\2"), "not an IDX file of 3-dimensional"));
  EXPECT_TRUE(refused(images, images_file(0, 2, 3), "it is empty"));
  EXPECT_TRUE(refused(images, big_endian(0x0803) + big_endian(~0u) + big_endian(~0u) + big_endian(~0u),
                      "4294967295x4294967295x4294967295; an extent is at most 2147483647"));
  const std::string most = big_endian(0x7FFFFFFF);
  EXPECT_TRUE(refused(images, big_endian(0x0803) + most + most + most, "cut short")) << "the product overflows";
  EXPECT_TRUE(
      refused(images, big_endian(0x0803) + big_endian(3000000000u) + big_endian(1) + big_endian(1), "3000000000x1x1"));
  EXPECT_TRUE(refused(images, images_file(3, 2, 3), "3 images, but 4 labels"));
  const IdxFolder folder;
  write_text(folder / "t10k-labels-idx1-ubyte", idx_labels("\7\4"));
  EXPECT_TRUE(refuses([&] { folder.load(); }, {"label 4", "not in the training labels"}));
  std::filesystem::remove(folder / labels);
  EXPECT_TRUE(refuses([&] { folder.load(); }, {"train-labels-idx1-ubyte (or .gz) is missing"}));
}

/// The address space that this process may use, while a test limits it.
struct AddressSpace {
  explicit AddressSpace(std::uint64_t more) {
    getrlimit(RLIMIT_AS, &before);
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit limit{pages * std::uint64_t(sysconf(_SC_PAGESIZE)) + more, before.rlim_max};
    setrlimit(RLIMIT_AS, &limit);
  }
  ~AddressSpace() { setrlimit(RLIMIT_AS, &before); }
  rlimit before{};
};

/// Zeros as deflate packs them best: 1 MiB a kilobyte.
void write_gzipped_zeros(const std::filesystem::path& path, const std::string& header, int mebibytes) {
  const gzFile file = gzopen(path.c_str(), "wb9");
  ASSERT_NE(file, nullptr);
  gzwrite(file, header.data(), unsigned(header.size()));
  const std::string zeros(1 << 20, '\0');
  for (int i = 0; i < mebibytes; ++i) gzwrite(file, zeros.data(), unsigned(zeros.size()));
  gzclose(file);
}

TEST(Idx, AGzippedBombIsRefusedByItsHeader) {
  const IdxFolder folder;
  std::filesystem::remove(folder / "train-images-idx3-ubyte");
  const auto bomb = folder / "train-images-idx3-ubyte.gz";
  // It declares 4 images, so only their 24 bytes are unpacked.
  write_gzipped_zeros(bomb, big_endian(0x0803) + big_endian(4) + big_endian(2) + big_endian(3), 600);
  const AddressSpace limited(256 << 20);
  EXPECT_TRUE(refuses([&] { folder.load(); }, {"train-images-idx3-ubyte.gz", "longer than its header says"}));
  // It declares all of them: more than this process may hold.
  write_gzipped_zeros(bomb, big_endian(0x0803) + big_endian(4) + big_endian(10240) + big_endian(15360), 600);
  EXPECT_TRUE(refuses([&] { folder.load(); },
                      {"train-images-idx3-ubyte.gz", "4x10240x15360 bytes of images, which need 0.6 GiB", "may use"}));
}

TEST(Idx, AFifoIsRefusedWithoutWaiting) {
  const IdxFolder folder;
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  ASSERT_EQ(mkfifo((folder / "t10k-labels-idx1-ubyte").c_str(), 0600), 0);
  EXPECT_TRUE(refuses([&] { folder.load(); }, {"t10k-labels-idx1-ubyte", "not a regular file"}));
}

TEST(Idx, PicturesThatAreNotSquareAreResizedToAnyExtents) {
  const IdxFolder folder;
  const DataSplits data = folder.load({.image_size = ImageSize(4, 6), .channels = 3});
  EXPECT_EQ(data.train.h, 4);
  EXPECT_EQ(data.train.w, 6);
  EXPECT_EQ(data.train.images.size(), 4u * 4 * 6 * 3);
  EXPECT_EQ(folder.load({.image_size = ImageSize(2, 3)}).checksum, folder.load().checksum) << "that is their own size";
}

TEST(Idx, TransposedImagesAreTurnedUpright) {
  const IdxFolder folder;
  const DataSplits lying = folder.load(), upright = folder.load({.transpose = true});
  EXPECT_EQ(upright.train.h, 3);
  EXPECT_EQ(upright.train.w, 2);
  const auto begin = upright.train.images.begin();
  EXPECT_EQ(std::vector<std::uint8_t>(begin, begin + 12),
            (std::vector<std::uint8_t>{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11}));
  EXPECT_EQ(upright.validation.h, 3);
  EXPECT_NE(upright.checksum, lying.checksum);
}

TEST(Idx, EmnistsNamesAndCharactersAreRead) {
  const IdxFolder folder;
  for (const std::string& name : names_in(folder.path())) {
    const std::string split = name.starts_with("t10k") ? "test" + name.substr(4) : name;
    std::filesystem::rename(folder / name, folder / ("emnist-letters-" + split));
  }
  EXPECT_EQ(folder.load().classes, (std::vector<std::string>{"3", "7"}));
  write_text(folder / "emnist-letters-mapping.txt", "1 65 97\n3 67 99\n7 71 103\n");
  const DataSplits data = folder.load();
  EXPECT_EQ(data.classes, (std::vector<std::string>{"Cc", "Gg"}));
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{1, 0}));
  write_text(folder / "emnist-letters-mapping.txt", "3 67\n7 67\n");
  EXPECT_EQ(folder.load().classes, (std::vector<std::string>{"3", "7"})) << "two classes of one name";
}

TEST(Idx, AGapBetweenLabelsIsSaid) {
  const IdxFolder folder;
  std::vector<std::string> warnings;
  load_data({.data = folder.path().string()}, {}, [&](const std::string& text) { warnings.push_back(text); });
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("no training image has the label 4 to 6: the classes are the 2 numbers"),
            std::string::npos);
}

TEST(Idx, FlagsOfFoldersAreRefused) {
  const IdxFolder folder;
  EXPECT_TRUE(refuses([&] { folder.load({.validation_split = 0.5}); }, {"--val-split", "folders of image files"}));
  EXPECT_TRUE(refuses([&] { folder.load({.train_size = 5}); }, {"--train-size", "--limit"}));
}

TEST(Idx, MnistIsRead) {
  const auto mnist = shared_data("data/mnist");
  if (!mnist) GTEST_SKIP() << "no MNIST beside this project";
  const DataSplits data = load_data({.data = mnist->string(), .limit = 200});
  EXPECT_EQ(data.classes.size(), 10u);
  EXPECT_EQ(data.train.n, 200);
  EXPECT_EQ(data.train.h, 28);
  EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), 7), 20);
}

/// Records of the given labels; every pixel of channel c is 10 c + label. `before`: what stands before each label.
std::string cifar_records(const std::string& labels, const std::string& before = "") {
  std::string text;
  for (const char label : labels) {
    text += before + label;
    for (int channel = 0; channel < 3; ++channel) text += std::string(1024, char(10 * channel + label));
  }
  return text;
}

TEST(Cifar10, PlanesBecomePixels) {
  const ScratchFolder folder;
  write_text(folder / "data_batch_1.bin", cifar_records(std::string("\0\1\2\3\4\5\6\7\10\11", 10)));
  write_text(folder / "test_batch.bin", cifar_records("\2"));
  const DataSplits data = load_data({.data = folder.path().string()});
  EXPECT_EQ(data.kind, "cifar10");
  EXPECT_EQ(data.train.n, 10);
  EXPECT_EQ(data.validation.image_size(), 3072u);
  EXPECT_EQ(data.validation.labels[0], 2);
  EXPECT_EQ(data.validation.images[300], 2);
  EXPECT_EQ(data.validation.images[301], 12);
  EXPECT_EQ(data.validation.images[302], 22);
}

TEST(Cifar10, DamagedFilesAreNamed) {
  const ScratchFolder folder;
  const auto load = [&] { load_data({.data = folder.path().string()}); };
  write_text(folder / "data_batch_1.bin", cifar_records("\1\2"));
  EXPECT_TRUE(refuses(load, {"test_batch.bin is missing"}));
  write_text(folder / "test_batch.bin", cifar_records("\1") + "x");
  EXPECT_TRUE(refuses(load, {"test_batch.bin", "not a multiple of a CIFAR-10 record"}));
  write_text(folder / "test_batch.bin", cifar_records("\12"));
  EXPECT_TRUE(refuses(load, {"label 10", "0 to 9"}));
  write_text(folder / "test_batch.bin", cifar_records("\1"));
  ASSERT_EQ(mkfifo((folder / "batches.meta.txt").c_str(), 0600), 0);
  EXPECT_TRUE(refuses(load, {"batches.meta.txt", "not a regular file"}));
  std::filesystem::remove(folder / "data_batch_1.bin");
  ASSERT_EQ(mkfifo((folder / "data_batch_1.bin").c_str(), 0600), 0);
  EXPECT_TRUE(refuses(load, {"data_batch_1.bin", "not a regular file"}));
  EXPECT_TRUE(refuses([&] { load_data({.data = (folder / "batches.meta.txt").string()}); },
                      {"batches.meta.txt", "neither a regular file nor a folder"}));
}

TEST(Cifar100, TheFineLabelIsTheClass) {
  const ScratchFolder folder;
  std::string labels, names;
  for (int label = 0; label < 100; ++label) labels += char(label), names += "fine" + std::to_string(label) + "\n";
  write_text(folder / "cifar-100-binary/train.bin", cifar_records(labels, "\x13"));
  write_text(folder / "cifar-100-binary/test.bin", cifar_records("\x63\x01", "\x05"));
  const auto load = [&] { return load_data({.data = folder.path().string()}); };
  const DataSplits data = load();
  EXPECT_EQ(data.kind, "cifar100");
  EXPECT_EQ(data.train.n, 100);
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{99, 1}));
  EXPECT_EQ(data.validation.images[1], 10 + 99);
  EXPECT_EQ(data.classes[7], "07");
  write_text(folder / "cifar-100-binary/fine_label_names.txt", names);
  EXPECT_EQ(load().classes[7], "fine7");
  write_text(folder / "cifar-100-binary/test.bin", cifar_records("\x64", "\x05"));
  EXPECT_TRUE(refuses(load, {"test.bin", "label 100", "CIFAR-100 has 0 to 99"}));
}

TEST(Cifar, ThePythonVersionIsRefused) {
  const ScratchFolder folder;
  for (const char* name : {"train", "test", "meta"}) write_text(folder / "cifar-100-python" / name, "\x80\2}q");
  write_text(folder / "cifar-100-python.tar.gz", "\x1F\x8B\x08 packed");
  const std::vector<std::string> sources{"cifar-100-python", "."};
  for (const std::string& source : sources)
    EXPECT_TRUE(refuses([&] { load_data({.data = (folder / source).string()}); },
                        {"python version is not read", "unpack cifar-100-binary.tar.gz"}));
  EXPECT_TRUE(refuses([&] { load_data({.data = (folder / "cifar-100-python.tar.gz").string()}); },
                      {"a packed archive", "the binary version is read, not the python one"}));
  write_text(folder / "batches/data_batch_1", "\x80\2}q");
  EXPECT_TRUE(refuses([&] { load_data({.data = (folder / "batches").string()}); }, {"unpack cifar-10-binary.tar.gz"}));
}

}  // namespace
}  // namespace gs::test
