// packed_test.cpp - packed data: reading gives the written data; any damage gives a one-line error.
#include <gtest/gtest.h>

#include "engine/core/safetensors.h"
#include "engine/data/readers.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiny_data.h"

namespace gs::test {
namespace {

void expect_same(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.n, b.n);
  EXPECT_EQ(a.h, b.h);
  EXPECT_EQ(a.w, b.w);
  EXPECT_EQ(a.c, b.c);
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.labels, b.labels);
}

TEST(Packed, ComesBackAsItWasWritten) {
  const ScratchFolder folder;
  const DataSplits data = tiny_splits(7, 3, 5);
  write_packed(folder / "d.safetensors", data);
  const DataSplits back = load_data({.data = (folder / "d.safetensors").string()});
  expect_same(back.train, data.train);
  expect_same(back.validation, data.validation);
  EXPECT_EQ(back.classes, data.classes);
  EXPECT_EQ(back.kind, "packed");
  EXPECT_EQ(back.checksum, checksum_of(data));
}

TEST(Packed, PicturesThatAreNotSquareKeepTheirExtents) {
  const ScratchFolder folder;
  DataSplits data = tiny_splits(6, 4, 6);
  for (Dataset* split : {&data.train, &data.validation}) split->h = 4, split->w = 9;
  write_packed(folder / "d.safetensors", data);
  const DataSplits back = load_data({.data = (folder / "d.safetensors").string()});
  expect_same(back.train, data.train);
  const DataSplits smaller = load_data({.data = (folder / "d.safetensors").string(), .image_size = ImageSize(2, 3)});
  EXPECT_EQ(smaller.validation.images.size(), 4u * 2 * 3);
}

/// Every reader of the pixels trusts the extents.
TEST(Dataset, OfOtherExtentsThanItsPixelsIsRefused) {
  DataSplits data = tiny_splits(6, 4, 6);
  EXPECT_NO_THROW(check_whole(data.train, "images"));
  data.train.w = 7;
  EXPECT_TRUE(refuses([&] { check_whole(data.train, "images"); }, {"216 bytes; 6 of 6x7x1 have 252"}));
  data.train.w = data.train.h = data.train.c = INT32_MAX;
  EXPECT_TRUE(refuses([&] { check_whole(data.train, "images"); }, {"have too many"}));
  data.validation.labels.pop_back();
  EXPECT_TRUE(refuses([&] { check_whole(data.validation, "images"); }, {"3 labels; there are 4 images"}));
}

TEST(Packed, ADamagedPixelIsSeenByTheChecksum) {
  const ScratchFolder folder;
  write_packed(folder / "d.safetensors", tiny_splits(7, 3, 5));
  std::string text = text_of(folder / "d.safetensors");
  text.back() = char(text.back() ^ 1);
  text[text.size() - 20] = char(text[text.size() - 20] ^ 16);  // a pixel of the last split, or a label
  write_text(folder / "d.safetensors", text);
  EXPECT_TRUE(refuses([&] { read_packed(folder / "d.safetensors"); }, {"--data", "d.safetensors"}));
}

TEST(Packed, ImpossibleContentsAreNamed) {
  const ScratchFolder folder;
  const DataSplits good = tiny_splits(4, 2, 3);
  const auto refused = [&](DataSplits data, const std::string& part) {
    write_packed(folder / "bad.safetensors", data);
    return refuses([&] { read_packed(folder / "bad.safetensors"); }, {"--data", "bad.safetensors", part});
  };
  DataSplits data = good;
  data.train.labels[1] = 2;
  EXPECT_TRUE(refused(data, "labels has 2, but there are 2 classes"));
  data.train.labels[1] = -1;
  EXPECT_TRUE(refused(data, "labels has -1"));
  data = good;
  data.train.c = 9, data.train.h = 1, data.train.w = 1;
  EXPECT_TRUE(refused(data, "1 or 3 channels"));
  // An empty array may have any extents.
  SafeTensors file;
  file.metadata = {{"classes", "[\"a\", \"b\"]"}};
  const std::vector<std::int64_t> extents = {std::int64_t(1) << 40, 0, 1, 1};
  for (const char* name : {"train", "validation"}) {
    file.tensors.push_back(make_tensor<std::uint8_t>(std::string(name) + ".images", extents, nullptr, 0));
    file.tensors.push_back(make_tensor<std::int32_t>(std::string(name) + ".labels", {0}, nullptr, 0));
  }
  write_safetensors(folder / "empty.safetensors", file);
  EXPECT_TRUE(
      refuses([&] { read_packed(folder / "empty.safetensors"); },
              {"empty.safetensors", "train.images are 1099511627776x0x1x1; an extent must be 1 to 2147483647"}));
}

TEST(Packed, AnotherSafetensorsFileIsRefused) {
  const ScratchFolder folder;
  SafeTensors weights;
  const float value = 1;
  weights.tensors.push_back(make_tensor("w", {1}, &value, 1));
  write_safetensors(folder / "w.safetensors", weights);
  EXPECT_TRUE(refuses([&] { read_packed(folder / "w.safetensors"); }, {"w.safetensors", "not packed images"}));
  write_text(folder / "t.safetensors", "hello, world");
  EXPECT_TRUE(refuses([&] { read_packed(folder / "t.safetensors"); }, {"t.safetensors", "not a safetensors file"}));
  write_text(folder / "e.safetensors", "");
  EXPECT_TRUE(refuses([&] { read_packed(folder / "e.safetensors"); }, {"e.safetensors", "too short"}));
}

TEST(Packed, ResizesAndTakesFewerWhenAsked) {
  const ScratchFolder folder;
  write_packed(folder / "d.safetensors", tiny_splits(20, 10, 6));
  const DataSplits data =
      load_data({.data = (folder / "d.safetensors").string(), .image_size = 3, .channels = 3, .limit = 4});
  EXPECT_EQ(data.train.n, 4);
  EXPECT_EQ(data.validation.n, 4);
  EXPECT_EQ(data.train.image_size(), 27u);
  EXPECT_EQ(data.train.images.size(), 4 * 27u);
  EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), 0), 2) << "the limit is shared equally";
  EXPECT_EQ(data.checksum, checksum_of(data));
}

TEST(WithinLimit, TakesTheFirstOfEachClassAndFillsFromTheLargerOne) {
  EXPECT_EQ(within_limit({0, 0, 0, 1, 0, 1, 1}, 4, 2), (std::vector<std::size_t>{0, 1, 3, 5}));
  EXPECT_EQ(within_limit({0, 0, 0, 0, 1}, 4, 2), (std::vector<std::size_t>{0, 1, 2, 4}));
  EXPECT_EQ(within_limit({1, 1, 0}, 99, 2), (std::vector<std::size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace gs::test
