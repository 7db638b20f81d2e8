// event_file_test.cpp - event files, read back by their frames and by protobuf's rules for fields.
#include "engine/train/event_file.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

template <class Number>
Number number_at(const std::string& bytes, std::size_t at) {
  Number number;
  if (at + sizeof number > bytes.size()) throw Error("cut off");
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// The contents of the records. Throws gs::Error if a checksum is wrong.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = number_at<std::uint64_t>(file, at);
    if (number_at<std::uint32_t>(file, at + 8) != masked(crc32c(file.substr(at, 8)))) throw Error("length");
    records.push_back(file.substr(at + 12, length));
    if (number_at<std::uint32_t>(file, at + 12 + length) != masked(crc32c(records.back()))) throw Error("contents");
    at += 12 + length + 4;
  }
  return records;
}

std::uint64_t varint(const std::string& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = std::uint8_t(bytes.at(at++));
    value |= std::uint64_t(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

/// Field number -> its values as bytes (numbers of 32 and 64 bits, texts, messages), or varints as 8 bytes.
std::multimap<int, std::string> fields_of(const std::string& message) {
  std::multimap<int, std::string> fields;
  for (std::size_t at = 0; at < message.size();) {
    const std::uint64_t key = varint(message, at);
    std::uint64_t length = key % 8 == 1 ? 8 : 4;
    if (key % 8 == 0) {
      const std::uint64_t value = varint(message, at);
      fields.emplace(int(key / 8), std::string(reinterpret_cast<const char*>(&value), 8));
      continue;
    }
    if (key % 8 == 2) length = varint(message, at);
    fields.emplace(int(key / 8), message.substr(at, length));
    at += length;
  }
  return fields;
}

std::string only(const std::multimap<int, std::string>& fields, int number) {
  if (fields.count(number) != 1) throw Error("no field " + std::to_string(number));
  return fields.find(number)->second;
}

TEST(EventFile, HasTheChecksumOfThePublishedVectors) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(masked(0xe3069283u), 0x2507c60du + 0xa282ead8u);
}

TEST(EventFile, HoldsTheScalarsOfEachEpoch) {
  const ScratchFolder folder;
  EventFile file(folder.path(), 3);
  EpochResult r{
      .epoch = 3, .loss = 0.5, .accuracy = 0.75, .val_loss = 0.625, .val_accuracy = 0.25, .learning_rate = 1e-3};
  file.add(r);
  r.epoch = 300, r.loss = 0.125;
  file.add(r);
  std::string name;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) name = entry.path().filename();
  EXPECT_TRUE(name.starts_with(event_file_prefix)) << name;
  const std::vector<std::string> records = records_of(text_of(folder / name));
  ASSERT_EQ(records.size(), 4u);

  const auto version = fields_of(records[0]), start = fields_of(records[1]);
  EXPECT_EQ(only(version, 3), "brain.Event:2");
  EXPECT_GT(number_at<double>(only(version, 1), 0), 1.6e9);
  EXPECT_EQ(number_at<std::uint64_t>(only(start, 2), 0), 3u);
  EXPECT_EQ(number_at<std::uint64_t>(only(fields_of(only(start, 7)), 1), 0), 1u);

  const std::vector<std::vector<std::pair<std::string, float>>> want = {{{"loss/training", 0.5f},
                                                                         {"loss/validation", 0.625f},
                                                                         {"accuracy/training", 0.75f},
                                                                         {"accuracy/validation", 0.25f},
                                                                         {"learning_rate", 1e-3f}},
                                                                        {{"loss/training", 0.125f},
                                                                         {"loss/validation", 0.625f},
                                                                         {"accuracy/training", 0.75f},
                                                                         {"accuracy/validation", 0.25f},
                                                                         {"learning_rate", 1e-3f}}};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto event = fields_of(records[2 + i]);
    EXPECT_EQ(number_at<std::uint64_t>(only(event, 2), 0), i == 0 ? 3u : 300u);
    const auto summary = fields_of(only(event, 5));
    std::vector<std::pair<std::string, float>> scalars;
    for (auto [at, end] = summary.equal_range(1); at != end; ++at) {
      const auto value = fields_of(at->second);
      scalars.emplace_back(only(value, 1), number_at<float>(only(value, 2), 0));
    }
    EXPECT_EQ(scalars, want[i]);
  }
}

TEST(EventFile, ThatCannotBeWrittenIsNamed) {
  const ScratchFolder folder;
  try {
    EventFile(folder / "nowhere", 1);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("nowhere/events.out.tfevents."), text.npos) << text;
    EXPECT_NE(text.find("No such file or directory"), text.npos) << text;
  }
}

}  // namespace
}  // namespace gs::test
