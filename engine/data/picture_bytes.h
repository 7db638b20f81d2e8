// picture_bytes.h - numbers and letters of a picture file; zeros beyond its end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gs {

class PictureBytes {
 public:
  explicit PictureBytes(std::span<const std::byte> file) : file_(file) {}

  std::size_t size() const { return file_.size(); }
  const std::byte* data() const { return file_.data(); }
  std::uint32_t byte(std::size_t at) const { return at < file_.size() ? std::uint32_t(file_[at]) : 0; }

  std::uint64_t big_endian(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | byte(at + i);
    return value;
  }
  std::uint64_t little_endian(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | byte(at + i);
    return value;
  }
  bool has(std::size_t at, std::string_view text) const {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (at + i >= file_.size() || byte(at + i) != std::uint8_t(text[i])) return false;
    return true;
  }
  /// The bytes from `at` on, at most `bytes` of them.
  PictureBytes part(std::size_t at, std::size_t bytes) const {
    if (at > file_.size()) return PictureBytes({});
    return PictureBytes(file_.subspan(at, bytes < file_.size() - at ? bytes : file_.size() - at));
  }

 private:
  std::span<const std::byte> file_;
};

}  // namespace gs
