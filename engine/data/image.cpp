// image.cpp - resizing by area, and grey from colour.
#include "engine/data/image.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace gs {
namespace {

/// Input pixels and their weights for one output pixel along one axis.
struct Taps {
  int first = 0;
  std::vector<float> weights;
};

std::vector<Taps> taps(int in, int out) {
  std::vector<Taps> result(static_cast<std::size_t>(out));
  const double scale = double(in) / out;
  for (int i = 0; i < out; ++i) {
    Taps& t = result[std::size_t(i)];
    if (out <= in) {
      const double begin = i * scale, end = (i + 1) * scale;
      t.first = int(begin);
      for (int j = t.first; j < in && j < end - 1e-9; ++j)
        t.weights.push_back(float((std::min(end, j + 1.0) - std::max(begin, double(j))) / scale));
    } else {
      const double centre = std::clamp((i + 0.5) * scale - 0.5, 0.0, in - 1.0);
      t.first = std::min(int(centre), std::max(0, in - 2));
      const float right = float(centre - t.first);
      t.weights = in == 1 ? std::vector<float>{1.0f} : std::vector<float>{1 - right, right};
    }
  }
  return result;
}

}  // namespace

std::string size_text(ImageSize size) {
  return size.h == size.w ? fmt::format("{}", size.h) : fmt::format("{}x{}", size.h, size.w);
}

Image resized(const Image& image, ImageSize size) {
  if (image.h == size.h && image.w == size.w) return image;
  const std::size_t w = std::size_t(image.w), c = std::size_t(image.c), n = std::size_t(size.w);
  const std::vector<Taps> rows = taps(image.h, size.h), columns = taps(image.w, size.w);
  std::vector<float> narrow(std::size_t(image.h) * n * c, 0.0f);  // columns first
  for (std::size_t y = 0; y < std::size_t(image.h); ++y)
    for (std::size_t x = 0; x < n; ++x)
      for (std::size_t k = 0; k < columns[x].weights.size(); ++k)
        for (std::size_t ch = 0; ch < c; ++ch)
          narrow[(y * n + x) * c + ch] +=
              columns[x].weights[k] * image.pixels[(y * w + std::size_t(columns[x].first) + k) * c + ch];
  Image out{size.h, size.w, image.c, std::vector<std::uint8_t>(std::size_t(size.h) * n * c)};
  for (std::size_t y = 0; y < std::size_t(size.h); ++y)
    for (std::size_t i = 0; i < n * c; ++i) {
      float sum = 0;
      for (std::size_t k = 0; k < rows[y].weights.size(); ++k)
        sum += rows[y].weights[k] * narrow[(std::size_t(rows[y].first) + k) * n * c + i];
      out.pixels[y * n * c + i] = std::uint8_t(std::clamp(std::lround(sum), 0L, 255L));
    }
  return out;
}

bool is_grey(std::span<const std::uint8_t> rgb) {
  for (std::size_t i = 0; i < rgb.size(); i += 3)
    if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2]) return false;
  return true;
}

Image with_channels(Image image, int channels) {
  if (image.c == channels) return image;
  const std::size_t count = std::size_t(image.h) * std::size_t(image.w);
  Image out{image.h, image.w, channels, std::vector<std::uint8_t>(count * std::size_t(channels))};
  for (std::size_t i = 0; i < count; ++i) {
    if (channels == 1) {
      out.pixels[i] = grey(&image.pixels[3 * i]);
    } else {
      std::fill_n(&out.pixels[3 * i], 3, image.pixels[i]);
    }
  }
  return out;
}

}  // namespace gs
