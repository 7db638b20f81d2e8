// declared_extents.cpp - PNG: the IHDR chunk, which comes first. JPEG: the first SOF segment. BMP: the info header.
// Sources: the PNG specification, 11.2.1; ITU-T T.81, B.2; Microsoft, BITMAPINFOHEADER.
#include "engine/data/declared_extents.h"

#include <string_view>

namespace gs {
namespace {

/// Reads numbers of a file; 0 beyond its end.
class Header {
 public:
  explicit Header(std::span<const std::byte> file) : file_(file) {}

  std::uint32_t byte(std::size_t at) const { return at < file_.size() ? std::uint32_t(file_[at]) : 0; }
  std::uint32_t big_endian(std::size_t at, std::size_t bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | byte(at + i);
    return value;
  }
  std::uint32_t little_endian(std::size_t at) const {
    return byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
  }
  bool begins_with(std::string_view text) const {
    for (std::size_t i = 0; i < text.size(); ++i)
      if (byte(i) != std::uint8_t(text[i])) return false;
    return true;
  }
  std::size_t size() const { return file_.size(); }

 private:
  std::span<const std::byte> file_;
};

std::optional<DeclaredExtents> of_jpeg(const Header& file) {
  for (std::size_t at = 2; at < file.size();) {
    if (file.byte(at) != 0xFF) return std::nullopt;
    const std::uint32_t marker = file.byte(at + 1);
    if (marker == 0xFF) {  // fill bytes may come before a marker
      ++at;
      continue;
    }
    // SOF0 to SOF15 but DHT, JPG and DAC. Before them every segment has a length.
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
      return DeclaredExtents{file.big_endian(at + 5, 2), file.big_endian(at + 7, 2)};
    at += 2 + file.big_endian(at + 2, 2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<DeclaredExtents> declared_extents(std::span<const std::byte> bytes) {
  const Header file(bytes);
  if (file.begins_with("\x89PNG")) return DeclaredExtents{file.big_endian(20, 4), file.big_endian(16, 4)};
  if (file.begins_with("\xFF\xD8")) return of_jpeg(file);
  if (file.begins_with("BM")) {  // a negative height: rows from top to bottom
    const auto height = std::int32_t(file.little_endian(22));
    return DeclaredExtents{height < 0 ? 0u - std::uint32_t(height) : std::uint32_t(height), file.little_endian(18)};
  }
  return std::nullopt;
}

}  // namespace gs
