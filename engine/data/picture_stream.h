// picture_stream.h - the pictures of a split that is larger than memory: each is decoded when it is asked for.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/data/image.h"

namespace gs {

/// Pictures that have been decoded once, to look at them, and are decoded again for each use. The fields below `sums`
/// were found then.
struct PictureStream {
  std::vector<std::filesystem::path> files;
  ImageSize size = 1;
  int channels = 1;
  int range_bits = 0;               ///< as decode_image() takes them
  int threads = 1;                  ///< that decode ahead of training
  std::vector<std::uint64_t> sums;  ///< Checksum of the pixels of each picture
  int least = 255, largest = 0;     ///< of all pixels
  int grey = 0;                     ///< pictures whose pixels are all grey

  std::size_t picture_bytes() const { return std::size_t(size.h) * std::size_t(size.w) * std::size_t(channels); }

  /// Decodes picture `i` into `pixels`, picture_bytes() of them. Throws gs::Error that names the file if it cannot be
  /// read or its pixels are not those that were looked at. Thread-safe.
  void decode(std::size_t i, std::span<std::uint8_t> pixels) const;
};

}  // namespace gs
