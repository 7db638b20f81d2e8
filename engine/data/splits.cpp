// splits.cpp - functions for all data sets after reading: size, channels, limit, checksum.
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/data/readers.h"

namespace gs {

void append(Dataset& d, const Image& image, std::int32_t label) {
  if (d.n == 0) d.h = image.h, d.w = image.w, d.c = image.c;
  require(image.h == d.h && image.w == d.w && image.c == d.c, "images of one split must have one size");
  d.images.insert(d.images.end(), image.pixels.begin(), image.pixels.end());
  d.labels.push_back(label);
  ++d.n;
}

bool fit(Dataset& d, const DataRequest& request) {
  const int channels = request.channels.value_or(d.c);
  const bool same_size = !request.image_size || (d.h == *request.image_size && d.w == *request.image_size);
  if (same_size && channels == d.c) return false;
  if (request.image_size) require_memory(request, std::size_t(d.n), *request.image_size, channels);
  const std::vector<std::uint8_t> all = std::move(d.images);
  const Dataset old{d.n, d.h, d.w, d.c, {}, {}};
  const int size_h = same_size ? d.h : *request.image_size, size_w = same_size ? d.w : *request.image_size;
  d.h = size_h, d.w = size_w, d.c = channels;
  d.images.assign(std::size_t(d.n) * d.image_size(), 0);
#pragma omp parallel for schedule(static)
  for (int i = 0; i < d.n; ++i) {
    const auto begin = all.begin() + std::ptrdiff_t(std::size_t(i) * old.image_size());
    Image image{old.h, old.w, old.c, {begin, begin + std::ptrdiff_t(old.image_size())}};
    if (!same_size) image = resized(image, *request.image_size);
    image = with_channels(std::move(image), channels);
    std::copy(image.pixels.begin(), image.pixels.end(),
              d.images.begin() + std::ptrdiff_t(std::size_t(i) * d.image_size()));
  }
  return true;
}

void require_memory(const DataRequest& request, std::size_t images, int size, int channels) {
  const double needed = double(images) * size * size * channels;
  const double there = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  constexpr double gib = 1 << 30;
  if (needed > there)
    throw UsageError(
        fmt::format("--data {}: {} images of {}x{}x{} need {:.1f} GiB, this machine has {:.1f} GiB; use fewer "
                    "(--limit) or smaller ones (--image-size)",
                    request.data, images, size, size, channels, needed / gib, there / gib));
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
  }
  d.n = int(kept.size());
  d.images.resize(kept.size() * size);
  d.labels.resize(kept.size());
  return true;
}

std::string checksum_of(const DataSplits& data) {
  Checksum sum;
  for (const std::string& name : data.classes) sum.add_values(name.c_str(), name.size() + 1);
  for (const Dataset* d : {&data.train, &data.validation}) {
    const std::int32_t extents[] = {d->n, d->h, d->w, d->c};
    sum.add_values(extents, 4).add_values(d->labels.data(), d->labels.size());
    sum.add_values(d->images.data(), d->images.size());
  }
  return sum.hex();
}

}  // namespace gs
