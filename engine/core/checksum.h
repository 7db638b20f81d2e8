// checksum.h - a 64-bit checksum that tells whether two runs used the same data. Not cryptographic.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gs {

/// XXH64 with seed 0 of all bytes added so far. Source: Collet, "xxHash fast digest algorithm", XXH64.
class Checksum {
 public:
  Checksum& add(std::span<const std::byte> bytes);
  template <class T>
  Checksum& add_values(const T* values, std::size_t count) {
    return add(std::as_bytes(std::span(values, count)));
  }
  std::uint64_t value() const;
  std::string hex() const;  ///< 16 hexadecimal digits

 private:
  std::uint64_t lane_[4] = {0x60EA27EEADC0B5D6u, 0xC2B2AE3D27D4EB4Fu, 0, 0x61C8864E7A143579u};
  std::byte buffer_[32]{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace gs
