// safetensors_test.cpp - the format; damaged files neither crash the reader nor pass as valid ones.
#include "engine/core/safetensors.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/compare.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

SafeTensors stored_example() {
  const float floats[] = {1, -2.5f, std::numeric_limits<float>::quiet_NaN(), 4, 5, 6};
  const std::int32_t numbers[] = {-1, 2};
  SafeTensors file;
  file.metadata = {{"format", "gs"}, {"quoted", "a \"b\" \\ \n c"}};
  file.tensors.push_back(make_tensor("matrix", {2, 3}, floats, 6));
  file.tensors.push_back(make_tensor("list", {2}, numbers, 2));
  file.tensors.push_back(make_tensor("empty", {0, 5}, floats, 0));
  file.tensors.push_back(make_tensor("scalar", {}, floats, 1));
  return file;
}

/// File with the header's length, `header`, and `bytes` bytes of data.
std::string file_of(const std::string& header, std::size_t bytes) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(bytes, '\1');
}

TEST(Safetensors, ComesBackBitForBit) {
  const ScratchFolder folder;
  const SafeTensors file = stored_example();
  write_safetensors(folder / "f.safetensors", file);
  const SafeTensors back = read_safetensors(folder / "f.safetensors");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const SafeTensor& tensor : file.tensors) {
    const SafeTensor& other = back.at(tensor.name);
    EXPECT_EQ(other.dtype, tensor.dtype);
    EXPECT_EQ(other.shape, tensor.shape);
    EXPECT_EQ(other.data, tensor.data) << tensor.name;
  }
  EXPECT_EQ(back.at("list").values<std::int32_t>(), (std::vector<std::int32_t>{-1, 2}));
  EXPECT_TRUE(refuses<Error>([&] { back.at("list").values<float>(); }, {"'list' is I32, not F32"}));
  EXPECT_TRUE(refuses<Error>([&] { back.at("bias"); }, {"f.safetensors", "tensor 'bias' is missing"}));
}

TEST(Safetensors, AnyFlippedBitIsFound) {
  const ScratchFolder folder;
  const SafeTensors file = stored_example();
  write_safetensors(folder / "f.safetensors", file);
  std::string bytes = text_of(folder / "f.safetensors");
  std::size_t data = bytes.size();
  for (const SafeTensor& tensor : file.tensors) data -= tensor.data.size();
  for (std::size_t i = 0; i < 8 * bytes.size(); ++i) {
    bytes[i / 8] ^= char(1 << i % 8);
    write_text(folder / "flipped.safetensors", bytes);
    const char* const named = i / 8 < data        ? "not a safetensors file"
                              : i / 8 < data + 24 ? "tensor 'matrix' is damaged"
                                                  : "is damaged";
    EXPECT_TRUE(
        refuses<Error>([&] { read_safetensors(folder / "flipped.safetensors"); }, {"flipped.safetensors", named}))
        << "bit " << i;
    bytes[i / 8] ^= char(1 << i % 8);
  }
}

TEST(Safetensors, BadHeadersAreNamed) {
  const ScratchFolder folder;
  const auto refused = [&](const std::string& content, const std::string& part) {
    write_text(folder / "bad.safetensors", content);
    return refuses<Error>([&] { read_safetensors(folder / "bad.safetensors"); }, {"bad.safetensors", part});
  };
  const std::string one = R"("dtype":"F32","shape":[2],"data_offsets":)";
  EXPECT_TRUE(refused("", "too short"));
  EXPECT_TRUE(refused(std::string(8, '\xff'), "header is longer than the file"));
  EXPECT_TRUE(refused(file_of("[1]", 0), "not a JSON object"));
  EXPECT_TRUE(refused(file_of("{", 0), "header is not valid JSON"));
  EXPECT_TRUE(refused(file_of("{\"a\":{" + one + "[0,8]}}", 9), "belongs to no tensor"));
  EXPECT_TRUE(refused(file_of("{\"a\":{" + one + "[0,8]}}", 7), "do not fit its shape or the file"));
  EXPECT_TRUE(refused(file_of("{\"a\":{" + one + "[1,9]}}", 9), "overlaps another or leaves a gap"));
  EXPECT_TRUE(refused(file_of("{\"a\":{" + one + "[0,8]},\"a\":{" + one + "[8,16]}}", 16), "has the key \"a\" twice"));
  EXPECT_TRUE(refused(file_of("{\"a\":{" + one + "[0,8]},\"b\":{" + one + "[4,12]}}", 12), "overlaps"));
  EXPECT_TRUE(refused(file_of(R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8), "unknown type F31"));
  EXPECT_TRUE(
      refused(file_of(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8), "not a valid whole number"));
  EXPECT_TRUE(refused(file_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0),
                      "impossible shape"));
}

TEST(Safetensors, TypesThatNothingReadsAreSteppedOver) {
  const ScratchFolder folder;
  write_text(folder / "half.safetensors", file_of(R"({"half":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},)"
                                                  R"("mask":{"dtype":"BOOL","shape":[2],"data_offsets":[6,8]},)"
                                                  R"("bytes":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}})",
                                                  9));
  const SafeTensors file = read_safetensors(folder / "half.safetensors");
  EXPECT_EQ(file.values<std::uint8_t>("bytes"), std::vector<std::uint8_t>{1});
  EXPECT_TRUE(
      refuses<Error>([&] { file.values<float>("half"); }, {"half.safetensors: tensor 'half' is BF16, not F32"}));
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const ScratchFolder folder;
  write_safetensors(folder / "whole.safetensors", stored_example());
  const std::string whole = text_of(folder / "whole.safetensors");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_text(folder / "cut.safetensors", whole.substr(0, length));
    EXPECT_THROW(read_safetensors(folder / "cut.safetensors"), Error) << "cut to " << length << " bytes";
  }
}

TEST(Safetensors, ChangedBytesAreAnErrorOrAnotherValueButNeverACrash) {
  const ScratchFolder folder;
  write_safetensors(folder / "whole.safetensors", stored_example());
  const std::string whole = text_of(folder / "whole.safetensors");
  Random random(1);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string changed = whole;
    for (int k = 0; k < 3; ++k) changed[std::size_t(random.below(std::int64_t(whole.size())))] = char(random.bits());
    write_text(folder / "changed.safetensors", changed);
    try {
      for (const SafeTensor& tensor : read_safetensors(folder / "changed.safetensors").tensors)
        EXPECT_LE(tensor.data.size(), whole.size());
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace gs::test
