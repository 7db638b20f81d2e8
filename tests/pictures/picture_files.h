// picture_files.h - small picture files in memory, for the tests of decoding.
#pragma once
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <opencv2/imgcodecs.hpp>

#include "engine/data/decode_image.h"
#include "kernels/common/check.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {

/// A picture with detail everywhere, so that no part of its compressed data is without effect.
inline cv::Mat noisy_picture(int h, int w, int type) {
  cv::Mat picture(h, w, type);
  cv::RNG random(7);
  random.fill(picture, cv::RNG::UNIFORM, 0, picture.depth() == CV_16U ? 65536 : 256);
  return picture;
}

inline std::string encoded(const std::string& ending, const cv::Mat& picture, const std::vector<int>& settings = {}) {
  std::vector<std::uint8_t> bytes;
  if (!cv::imencode(ending, picture, bytes, settings)) throw std::runtime_error("cannot encode " + ending);
  return {bytes.begin(), bytes.end()};
}

inline std::string big_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += char(value >> (8 * i));
  return text;
}

inline std::string png_chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  const auto sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()));
  return big_endian(std::uint32_t(data.size()), 4) + body + big_endian(std::uint32_t(sum), 4);
}

/// A PNG of these rows, each with its filter byte before it.
inline std::string png_file(int h, int w, int bits, int colour_type, const std::string& rows,
                            const std::string& more_chunks = "") {
  std::string packed(compressBound(uLong(rows.size())), '\0');
  uLongf length = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(rows.data()),
           uLong(rows.size()));
  packed.resize(length);
  const std::string header = big_endian(std::uint32_t(w), 4) + big_endian(std::uint32_t(h), 4) + char(bits) +
                             char(colour_type) + std::string(3, '\0');
  return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", header) + more_chunks + png_chunk("IDAT", packed) +
         png_chunk("IEND", "");
}

/// EXIF data that say only how the camera was held.
inline std::string exif(int orientation) {
  using namespace std::string_literals;
  return "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + char(orientation) + "\0\0\0\0\0\0"s;
}

/// The JPEG with a segment after its first marker, as cameras write EXIF data.
inline std::string with_segment(const std::string& jpeg, char marker, const std::string& data) {
  return jpeg.substr(0, 2) + '\xFF' + marker + big_endian(std::uint32_t(data.size() + 2), 2) + data + jpeg.substr(2);
}

/// Decodes bytes at the size of the picture, in colour, through a file in a folder of its own.
class Bytes {
 public:
  explicit Bytes(const std::string& bytes, const std::string& name = "picture") : path_(folder_ / name) {
    write_text(path_, bytes);
  }
  DecodedPicture decode(ImageSize size, int channels = 3, int range_bits = 16) const {
    return decode_image(path_, size, channels, range_bits);
  }
  std::vector<std::uint8_t> pixels(ImageSize size, int channels = 3) const {
    return decode(size, channels).image.pixels;
  }
  /// The message without the file's name; empty if the picture is decoded.
  std::string fault() const {
    try {
      decode(4);
      return "";
    } catch (const Error& error) {
      const std::string text = error.what(), name = path_.string() + " ";
      return text.starts_with(name) ? text.substr(name.size()) : "the file is not named: " + text;
    }
  }

 private:
  ScratchFolder folder_;
  std::filesystem::path path_;
};

}  // namespace gs::test
