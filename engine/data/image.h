// image.h - a decoded image, and conversion of its size and channels.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gs {

/// Height and width in pixels. One number is the side of a square, in code as on the command line.
struct ImageSize {
  int h = 0, w = 0;
  constexpr ImageSize(int side) : h(side), w(side) {}
  constexpr ImageSize(int height, int width) : h(height), w(width) {}
  bool operator==(const ImageSize&) const = default;
};

/// The largest height and width, of pictures that are read and of --image-size.
inline constexpr int largest_image_side = 8192;

/// "96x128", height first; "96" for a square: as --image-size takes it.
std::string size_text(ImageSize);

/// Rows from top to bottom, channels interleaved; 1 channel is grey, 3 are red, green, blue.
struct Image {
  int h = 0, w = 0, c = 0;
  std::vector<std::uint8_t> pixels;  ///< h * w * c
};

/// Resizes to `size`, one axis after the other. An axis that shrinks takes the mean over the area that an
/// output pixel covers; one that grows is linear between pixel centres, edges repeated. In float, rounded once.
Image resized(const Image&, ImageSize size);

/// Grey value of red, green, blue: (299 R + 587 G + 114 B + 500) / 1000 in integers.
inline std::uint8_t grey(const std::uint8_t* rgb) {
  return std::uint8_t((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
}

/// Whether red, green and blue are equal in every pixel.
bool is_grey(std::span<const std::uint8_t> rgb);

/// Colour to grey by grey(); grey to colour repeats the value. `channels` is 1 or 3.
Image with_channels(Image, int channels);

}  // namespace gs
