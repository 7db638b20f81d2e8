// duplicates.cpp - groups images by the checksum of their bytes, then compares the bytes.
#include "engine/data/duplicates.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/checksum.h"
#include "kernels/common/grouped.h"

namespace gs {
namespace {

const Dataset& split_of(const DataSplits& data, ImagePlace place) {
  return place.validates ? data.validation : data.train;
}

/// Whether two images of the same checksum are the same.
bool same_pixels(const DataSplits& data, ImagePlace a, ImagePlace b) {
  const Dataset &of_a = split_of(data, a), &of_b = split_of(data, b);
  if (of_a.stream) return true;  // a stream knows its pictures by their checksums, too
  const std::size_t size = of_a.image_size();
  return std::memcmp(&of_a.images[std::size_t(a.index) * size], &of_b.images[std::size_t(b.index) * size], size) == 0;
}

std::int32_t label_of(const DataSplits& data, ImagePlace place) {
  return split_of(data, place).labels[std::size_t(place.index)];
}

std::vector<std::uint64_t> checksums(const Dataset& split) {
  if (split.stream) return split.stream->sums;
  std::vector<std::uint64_t> sums(std::size_t(split.n));
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = Checksum().add_values(split.images.data() + i * split.image_size(), split.image_size()).value();
  return sums;
}

}  // namespace

Duplicates find_duplicates(const DataSplits& data) {
  Duplicates found;
  std::unordered_map<std::uint64_t, std::vector<ImagePlace>> earlier;  // by checksum, in the order of the images
  for (const bool validates : {false, true}) {
    const Dataset& split = validates ? data.validation : data.train;
    const std::vector<std::uint64_t> sums = checksums(split);
    for (int i = 0; i < split.n; ++i) {
      const ImagePlace here{validates, i};
      std::vector<ImagePlace>& alike = earlier[sums[std::size_t(i)]];
      std::optional<ImagePlace> in_training, in_other_class, in_same;
      for (const ImagePlace& there : alike) {
        if (!same_pixels(data, there, here)) continue;
        const bool same_class = label_of(data, there) == label_of(data, here);
        if (validates && !there.validates && !in_training) in_training = there;
        if (!same_class && !in_other_class) in_other_class = there;
        if (same_class && there.validates == validates && !in_same) in_same = there;
      }
      if (in_training) found.across.push_back({*in_training, here});
      if (in_other_class) found.classes.push_back({*in_other_class, here});
      if (in_same)
        found.repeated.push_back({*in_same, here});
      else
        alike.push_back(here);  // one of each split and class is enough
    }
  }
  return found;
}

std::string name_of(const DataSplits& data, ImagePlace place) {
  const Dataset& split = split_of(data, place);
  if (!split.files.empty()) return split.files[std::size_t(place.index)];
  return fmt::format("{} image {}", place.validates ? "validation" : "training", place.index + 1);
}

std::vector<std::string> lines_of(const Duplicates& duplicates, const DataSplits& data) {
  std::vector<std::string> lines;
  const auto add = [&](const std::vector<ImagePair>& pairs, const std::string& one, const std::string& more) {
    if (pairs.empty()) return;
    lines.push_back(fmt::format("{} {} (first: {} and {})", grouped(std::int64_t(pairs.size())),
                                pairs.size() == 1 ? one : more, name_of(data, pairs[0].first),
                                name_of(data, pairs[0].second)));
  };
  add(duplicates.across, "validation image also trains", "validation images also train");
  add(duplicates.classes, "image is in two classes", "images are in two classes");
  add(duplicates.repeated, "image repeats one of its split and class", "images repeat one of their split and class");
  return lines;
}

std::string summary_of(const Duplicates& duplicates, const DataSplits& data) {
  const std::vector<std::string> lines = lines_of({duplicates.across, duplicates.classes, {}}, data);
  return lines.empty() ? "" : fmt::format("--data {}: the same picture twice: {}", data.source, fmt::join(lines, "; "));
}

}  // namespace gs
