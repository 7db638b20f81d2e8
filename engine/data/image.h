// image.h - one decoded picture, and the two changes that every reader may have to make: its size and its channels.
#pragma once
#include <cstdint>
#include <vector>

namespace gs {

/// Interleaved rows, top to bottom; 1 channel is grey, 3 are red, green, blue.
struct Image {
  int h = 0, w = 0, c = 0;
  std::vector<std::uint8_t> pixels;  ///< h * w * c
};

/// To `size` x `size`. Down: the mean over the area that an output pixel covers; up: linear between pixel centres,
/// edges repeated. The two directions are treated one after the other, in float, rounded once.
Image resized(const Image&, int size);

/// The grey value of red, green, blue: (299 R + 587 G + 114 B + 500) / 1000 in integers.
inline std::uint8_t grey(const std::uint8_t* rgb) {
  return std::uint8_t((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

/// Colour to grey by grey(); grey to colour repeats the value. `channels` is 1 or 3.
Image with_channels(Image, int channels);

}  // namespace gs
