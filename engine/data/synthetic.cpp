// synthetic.cpp - synthetic:lesions as splits: drawn on all cores, kept in the cache.
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/data/cache.h"
#include "engine/data/lesions.h"

namespace gs {
namespace {

constexpr int default_train = 1000, default_validation = 200;

/// Sizes of the splits to draw. A split always begins with the same images, whatever its size.
struct Drawing {
  ImageSize size;
  int channels, train, validation;

  std::string file_name() const {
    return fmt::format("lesions-v{}-{}x{}x{}-{}+{}.safetensors", lesions::recipe_version, size.h, size.w, channels,
                       train, validation);
  }
  std::size_t images() const { return std::size_t(train) + std::size_t(validation); }
};

/// Parses the name of a cached file; nullopt unless the file contains all images of `wanted`.
std::optional<Drawing> serves(const std::string& name, const Drawing& wanted) {
  Drawing d{0, 0, 0, 0};
  int version = 0;
  if (std::sscanf(name.c_str(), "lesions-v%d-%dx%dx%d-%d+%d", &version, &d.size.h, &d.size.w, &d.channels, &d.train,
                  &d.validation) != 6)
    return std::nullopt;
  const bool enough = d.size == wanted.size && d.channels == wanted.channels && d.train >= wanted.train &&
                      d.validation >= wanted.validation;
  return enough && d.file_name() == name ? std::optional(d) : std::nullopt;
}

void keep_first(Dataset& d, int count) {
  d.n = count;
  d.images.resize(std::size_t(count) * d.image_size());
  d.labels.resize(std::size_t(count));
}

/// Reads the images of `wanted` from the smallest cached file that contains them; nullopt if there is none.
std::optional<DataSplits> from_cache(const Drawing& wanted) {
  std::vector<Drawing> cached;
  for (const std::string& name : cached_names())
    if (const auto drawing = serves(name, wanted)) cached.push_back(*drawing);
  std::sort(cached.begin(), cached.end(), [](const Drawing& a, const Drawing& b) { return a.images() < b.images(); });
  for (const Drawing& drawing : cached) {
    std::optional<DataSplits> data = read_cached(drawing.file_name());
    if (!data || data->train.n != drawing.train || data->validation.n != drawing.validation ||
        ImageSize(data->train.h, data->train.w) != wanted.size || data->train.c != wanted.channels)
      continue;
    if (drawing.images() > wanted.images()) {
      keep_first(data->train, wanted.train);
      keep_first(data->validation, wanted.validation);
      data->checksum.clear();
    }
    data->kind = "synthetic";
    return data;
  }
  return std::nullopt;
}

/// Draws the images [first, first + count) into a split with `channels` channels.
Dataset draw_split(std::uint64_t first, int count, ImageSize size, int channels, const std::function<void()>& drawn) {
  Dataset d{count, size.h, size.w, channels, {}, {}};
  d.images.resize(std::size_t(count) * d.image_size());
  d.labels.resize(std::size_t(count));
  FirstException failure;
#pragma omp parallel
  {
    std::vector<std::uint8_t> rgb;
    failure.during([&] { rgb.resize(std::size_t(size.h) * std::size_t(size.w) * 3); });
#pragma omp for schedule(dynamic, 4)
    for (int i = 0; i < count; ++i)
      failure.during([&] {
        const std::uint64_t index = first + std::uint64_t(i);
        lesions::draw(lesions::data_seed, index, size, rgb.data());
        std::uint8_t* out = &d.images[std::size_t(i) * d.image_size()];
        if (channels == 3)
          std::copy(rgb.begin(), rgb.end(), out);
        else
          for (std::size_t p = 0; p < d.image_size(); ++p) out[p] = grey(&rgb[3 * p]);
        d.labels[std::size_t(i)] = lesions::label_of(index);
        drawn();
      });
  }
  failure.rethrow();
  return d;
}

}  // namespace

DataSplits read_synthetic(const ReaderContext& context) {
  const DataRequest& r = context.request;
  Drawing wanted{r.image_size.value_or(default_image_size), r.channels.value_or(1),
                 r.train_size.value_or(default_train), r.validation_size.value_or(default_validation)};
  if (wanted.train < 2)
    throw UsageError(fmt::format("--train-size {}: must be 2 or more, an image of each class", wanted.train));
  if (wanted.validation < 1) throw UsageError(fmt::format("--val-size {}: must be 1 or more", wanted.validation));
  if (r.limit) {  // the classes alternate, so the limit keeps the first images
    wanted.train = std::min(wanted.train, *r.limit);
    wanted.validation = std::min(wanted.validation, *r.limit);
  }
  require_memory(r, wanted.images(), wanted.size, wanted.channels);
  if (auto cached = from_cache(wanted)) return *std::move(cached);
  std::atomic<std::size_t> done{0};
  const std::size_t total = wanted.images();
  const auto drawn = [&] {
    const std::size_t now = ++done;
    if (omp_get_thread_num() == 0) context.tell(now, total, "drawing synthetic:lesions");
  };
  DataSplits data;
  data.kind = "synthetic";
  data.classes = lesions::class_names();
  data.train = draw_split(0, wanted.train, wanted.size, wanted.channels, drawn);
  data.validation = draw_split(lesions::first_validation_index, wanted.validation, wanted.size, wanted.channels, drawn);
  context.tell(total, total, "drawing synthetic:lesions");
  data.source = "synthetic:lesions";
  data.checksum = checksum_of(data);
  write_cached(wanted.file_name(), data, context);
  return data;
}

}  // namespace gs
