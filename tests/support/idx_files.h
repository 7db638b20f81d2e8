// idx_files.h - the text of IDX files.
#pragma once
#include <cstdint>
#include <string>

namespace gs::test {

inline std::string big_endian(std::uint32_t value) {
  return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}

inline std::string idx_images(std::uint32_t n, std::uint32_t h, std::uint32_t w, const std::string& pixels) {
  return big_endian(0x0803) + big_endian(n) + big_endian(h) + big_endian(w) + pixels;
}

/// A label a character.
inline std::string idx_labels(const std::string& labels) {
  return big_endian(0x0801) + big_endian(std::uint32_t(labels.size())) + labels;
}

}  // namespace gs::test
