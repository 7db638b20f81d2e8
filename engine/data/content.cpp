// content.cpp - looks for a range of values, and for two images that differ.
#include "engine/data/content.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include <fmt/format.h>

namespace gs {
namespace {

constexpr int fewest_values = 16;

bool all_equal(const Dataset& d) {
  if (d.stream) return std::ranges::adjacent_find(d.stream->sums, std::not_equal_to()) == d.stream->sums.end();
  const std::size_t size = d.image_size();
  for (std::size_t i = 1; i < std::size_t(d.n); ++i)
    if (std::memcmp(d.images.data(), d.images.data() + i * size, size) != 0) return false;
  return true;
}

}  // namespace

std::string lack_of_content(const Dataset& d) {
  int least = d.stream ? d.stream->least : 255, largest = d.stream ? d.stream->largest : 0;
  for (std::size_t i = 0; i < d.images.size() && largest - least < fewest_values; ++i) {
    least = std::min<int>(least, d.images[i]);
    largest = std::max<int>(largest, d.images[i]);
  }
  if (d.n < 2) return "";
  if (least >= largest)
    return fmt::format("every pixel of all {} training images is {}: there is nothing in them to learn from", d.n,
                       least);
  if (all_equal(d))
    return fmt::format("all {} training images are the same picture: there is nothing in them to learn from", d.n);
  if (largest - least < fewest_values)
    return fmt::format("the training images use only the values {} to {} of 0 to 255, so a network hardly sees them",
                       least, largest);
  return "";
}

}  // namespace gs
