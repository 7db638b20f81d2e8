// checksum.cpp - XXH64: four lanes over stripes of 32 bytes, then the tail, then an avalanche.
#include "engine/core/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace gs {
namespace {

constexpr std::uint64_t prime1 = 0x9E3779B185EBCA87u, prime2 = 0xC2B2AE3D27D4EB4Fu, prime3 = 0x165667B19E3779F9u,
                        prime4 = 0x85EBCA77C2B2AE63u, prime5 = 0x27D4EB2F165667C5u;

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t round(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * prime2, 31) * prime1;
}

void stripe(std::uint64_t (&lane)[4], const std::byte* at) {
  for (int i = 0; i < 4; ++i) lane[i] = round(lane[i], load<std::uint64_t>(at + 8 * i));
}

}  // namespace

Checksum& Checksum::add(std::span<const std::byte> bytes) {
  length_ += bytes.size();
  if (buffered_ > 0) {
    const std::size_t taken = std::min(bytes.size(), sizeof buffer_ - buffered_);
    std::copy_n(bytes.data(), taken, buffer_ + buffered_);
    buffered_ += taken;
    bytes = bytes.subspan(taken);
    if (buffered_ < sizeof buffer_) return *this;
    stripe(lane_, buffer_);
    buffered_ = 0;
  }
  for (; bytes.size() >= sizeof buffer_; bytes = bytes.subspan(sizeof buffer_)) stripe(lane_, bytes.data());
  std::copy(bytes.begin(), bytes.end(), buffer_);
  buffered_ = bytes.size();
  return *this;
}

std::uint64_t Checksum::value() const {
  std::uint64_t hash = prime5;
  if (length_ >= sizeof buffer_) {
    hash = std::rotl(lane_[0], 1) + std::rotl(lane_[1], 7) + std::rotl(lane_[2], 12) + std::rotl(lane_[3], 18);
    for (const std::uint64_t lane : lane_) hash = (hash ^ round(0, lane)) * prime1 + prime4;
  }
  hash += length_;
  const std::byte *at = buffer_, *end = buffer_ + buffered_;
  for (; at + 8 <= end; at += 8) hash = std::rotl(hash ^ round(0, load<std::uint64_t>(at)), 27) * prime1 + prime4;
  for (; at + 4 <= end; at += 4) hash = std::rotl(hash ^ load<std::uint32_t>(at) * prime1, 23) * prime2 + prime3;
  for (; at < end; ++at) hash = std::rotl(hash ^ std::uint64_t(*at) * prime5, 11) * prime1;
  hash = (hash ^ hash >> 33) * prime2;
  hash = (hash ^ hash >> 29) * prime3;
  return hash ^ hash >> 32;
}

std::string Checksum::hex() const {
  return fmt::format("{:016x}", value());
}

}  // namespace gs
