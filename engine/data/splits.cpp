// splits.cpp - functions for all data sets after reading: size, channels, limit, checksum.
#include <algorithm>
#include <climits>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/checked_size.h"
#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/core/machine_limits.h"
#include "engine/data/readers.h"

namespace gs {

void check_whole(const Dataset& d, const char* name) {
  if (d.stream) {
    require(d.images.empty() && d.stream->files.size() == std::size_t(d.n) && d.labels.size() == std::size_t(d.n) &&
                d.stream->picture_bytes() == d.image_size(),
            "a stream must hold the pictures of its split");
    return;
  }
  const auto bytes = checked_product({d.n, d.h, d.w, d.c});
  if (bytes != d.images.size())
    throw UsageError(fmt::format("the {} have {} bytes; {} of {}x{}x{} have {}", name, d.images.size(), d.n, d.h, d.w,
                                 d.c, bytes ? std::to_string(*bytes) : "too many"));
  if (d.labels.size() != std::size_t(d.n))
    throw UsageError(fmt::format("the {} have {} labels; there are {} images", name, d.labels.size(), d.n));
}

Image image_of(const Dataset& d, int i) {
  Image image{d.h, d.w, d.c, std::vector<std::uint8_t>(d.image_size())};
  if (d.stream)
    d.stream->decode(std::size_t(i), image.pixels);
  else
    std::copy_n(d.images.begin() + std::ptrdiff_t(std::size_t(i) * d.image_size()), d.image_size(),
                image.pixels.begin());
  return image;
}

Dataset first_images(const Dataset& d, int count) {
  Dataset first;
  for (int i = 0; i < std::min(count, d.n); ++i) append(first, image_of(d, i), d.labels[std::size_t(i)]);
  return first;
}

void append(Dataset& d, const Image& image, std::int32_t label) {
  if (d.n == 0) d.h = image.h, d.w = image.w, d.c = image.c;
  require(image.h == d.h && image.w == d.w && image.c == d.c, "images of one split must have one size");
  require(d.n < INT_MAX, "a split holds at most 2147483647 images");
  d.images.insert(d.images.end(), image.pixels.begin(), image.pixels.end());
  d.labels.push_back(label);
  ++d.n;
}

bool fit(Dataset& d, const DataRequest& request) {
  const int channels = request.channels.value_or(d.c);
  const ImageSize size = request.image_size.value_or(ImageSize(d.h, d.w));
  const bool same_size = size == ImageSize(d.h, d.w);
  if (same_size && channels == d.c) return false;
  require_memory(request, std::size_t(d.n), size, channels);
  const std::vector<std::uint8_t> all = std::move(d.images);
  const Dataset old{d.n, d.h, d.w, d.c, {}, {}};
  d.h = size.h, d.w = size.w, d.c = channels;
  d.images.assign(std::size_t(d.n) * d.image_size(), 0);
  FirstException failure;
#pragma omp parallel for schedule(static)
  for (int i = 0; i < d.n; ++i)
    failure.during([&] {
      const auto begin = all.begin() + std::ptrdiff_t(std::size_t(i) * old.image_size());
      Image image{old.h, old.w, old.c, {begin, begin + std::ptrdiff_t(old.image_size())}};
      if (!same_size) image = resized(image, size);
      image = with_channels(std::move(image), channels);
      std::copy(image.pixels.begin(), image.pixels.end(),
                d.images.begin() + std::ptrdiff_t(std::size_t(i) * d.image_size()));
    });
  failure.rethrow();
  return true;
}

void require_memory(const DataRequest& request, std::size_t images, ImageSize size, int channels) {
  const double needed = double(images) * size.h * size.w * channels;
  if (const std::string shortage = memory_shortage(needed); !shortage.empty())
    throw UsageError(
        fmt::format("--data {}: {} images of {}x{}x{} need {}; use fewer (--limit) or smaller ones (--image-size), or "
                    "--decode stream for a folder",
                    request.data, images, size.h, size.w, channels, shortage));
}

void require_memory(const std::filesystem::path& file, const std::string& what, std::uint64_t bytes) {
  if (const std::string shortage = memory_shortage(double(bytes)); !shortage.empty())
    throw UsageError(fmt::format("--data {}: it declares {}, which need {}", file.string(), what, shortage));
}

std::vector<std::size_t> within_limit(const std::vector<std::int32_t>& labels, int limit, int classes) {
  std::vector<int> available(std::size_t(classes), 0), quota(std::size_t(classes), 0);
  for (const std::int32_t label : labels) ++available[std::size_t(label)];
  for (int left = std::min(limit, int(labels.size())); left > 0;)  // round robin
    for (std::size_t c = 0; c < quota.size() && left > 0; ++c)
      if (quota[c] < available[c]) ++quota[c], --left;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (quota[std::size_t(labels[i])]-- > 0) kept.push_back(i);
  return kept;
}

bool limit_split(Dataset& d, int limit, int classes) {
  if (d.n <= limit) return false;
  const std::vector<std::size_t> kept = within_limit(d.labels, limit, classes);
  const std::size_t size = d.image_size();
  for (std::size_t to = 0; to < kept.size(); ++to) {
    std::memmove(&d.images[to * size], &d.images[kept[to] * size], size);
    d.labels[to] = d.labels[kept[to]];
    if (!d.files.empty()) std::swap(d.files[to], d.files[kept[to]]);
  }
  d.n = int(kept.size());
  d.images.resize(kept.size() * size);
  d.labels.resize(kept.size());
  if (!d.files.empty()) d.files.resize(kept.size());
  return true;
}

SplitsChecksum::SplitsChecksum(const std::vector<std::string>& classes) {
  for (const std::string& name : classes) sum_.add_values(name.c_str(), name.size() + 1);
}

void SplitsChecksum::begin(ImageSize size, int channels, const std::vector<std::int32_t>& labels) {
  const std::int32_t extents[] = {std::int32_t(labels.size()), size.h, size.w, channels};
  sum_.add_values(extents, 4).add_values(labels.data(), labels.size());
}

std::string checksum_of(const DataSplits& data) {
  SplitsChecksum sum(data.classes);
  for (const Dataset* d : {&data.train, &data.validation}) {
    sum.begin({d->h, d->w}, d->c, d->labels);
    sum.add(d->images);
  }
  return sum.hex();
}

}  // namespace gs
