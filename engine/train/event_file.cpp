// event_file.cpp - the names of the scalars, and the frame around each event.
#include "engine/train/event_file.h"

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {
namespace {

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  constexpr std::uint32_t polynomial = 0x82f63b78;  // reversed
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    table[byte] = byte;
    for (int bit = 0; bit < 8; ++bit) table[byte] = (table[byte] >> 1) ^ (table[byte] & 1 ? polynomial : 0);
  }
  return table;
}();

template <class Number>
std::string_view bytes_of_number(const Number& number) {
  static_assert(std::endian::native == std::endian::little, "the format is little-endian");
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = (crc >> 8) ^ crc_table[(crc ^ std::uint8_t(byte)) & 0xff];
  return ~crc;
}

std::uint32_t masked(std::uint32_t crc) {
  return std::rotr(crc, 15) + 0xa282ead8u;
}

std::string framed_record(std::string_view bytes) {
  const std::uint64_t length = bytes.size();
  const std::uint32_t of_length = masked(crc32c(bytes_of_number(length))), of_bytes = masked(crc32c(bytes));
  std::string record(bytes_of_number(length));
  return record.append(bytes_of_number(of_length)).append(bytes).append(bytes_of_number(of_bytes));
}

EventFile::EventFile(const std::filesystem::path& folder, int first_epoch) : module_(exchange_module()) {
  const double now = seconds_since_1970();
  path_ =
      folder / fmt::format("{}{:.3f}", event_file_prefix, now);  // a run's files are read in the order of their names
  file_.open(path_, std::ios::binary | std::ios::trunc);
  check_written();
  write({.wall_time = now, .step = 0, .file_version = "brain.Event:2", .scalars = {}});
  write({.wall_time = now, .step = first_epoch, .file_version = {}, .scalars = {}});
}

void EventFile::add(const EpochResult& r) {
  std::vector<std::pair<std::string, float>> scalars{{"loss/training", float(r.loss)},
                                                     {"loss/validation", float(r.val_loss)},
                                                     {"accuracy/training", float(r.accuracy)},
                                                     {"accuracy/validation", float(r.val_accuracy)},
                                                     {"learning_rate", float(r.learning_rate)}};
  write({.wall_time = seconds_since_1970(), .step = r.epoch, .file_version = {}, .scalars = std::move(scalars)});
}

void EventFile::write(const TensorBoardEvent& event) {
  const std::string record = framed_record(module_.event(event));
  file_.write(record.data(), std::streamsize(record.size()));
  file_.flush();
  check_written();
}

void EventFile::check_written() const {
  if (!file_) throw Error(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
}

}  // namespace gs
