// synthetic.cpp - synthetic:lesions as splits: drawn on all cores, kept in the cache.
#include <omp.h>

#include <atomic>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/data/cache.h"
#include "engine/data/lesions.h"

namespace gs {
namespace {

constexpr int default_size = 128, default_train = 1000, default_validation = 200;

/// Draws pictures first .. first + count into a split of `channels`.
Dataset draw_split(std::uint64_t first, int count, int size, int channels, const std::function<void()>& drawn) {
  Dataset d{count, size, size, channels, {}, {}};
  d.images.resize(std::size_t(count) * d.image_size());
  d.labels.resize(std::size_t(count));
#pragma omp parallel
  {
    std::vector<std::uint8_t> rgb(std::size_t(size) * std::size_t(size) * 3);
#pragma omp for schedule(dynamic, 4)
    for (int i = 0; i < count; ++i) {
      const std::uint64_t index = first + std::uint64_t(i);
      lesions::draw(lesions::data_seed, index, size, rgb.data());
      std::uint8_t* out = &d.images[std::size_t(i) * d.image_size()];
      if (channels == 3)
        std::copy(rgb.begin(), rgb.end(), out);
      else
        for (std::size_t p = 0; p < d.image_size(); ++p) out[p] = lesions::grey(&rgb[3 * p]);
      d.labels[std::size_t(i)] = lesions::label_of(index);
      drawn();
    }
  }
  return d;
}

}  // namespace

DataSplits read_synthetic(const ReaderContext& context) {
  const DataRequest& r = context.request;
  const int size = r.image_size.value_or(default_size), channels = r.channels.value_or(1);
  const int train = r.train_size.value_or(default_train), validation = r.validation_size.value_or(default_validation);
  if (train < 2) throw UsageError(fmt::format("--train-size {}: must be 2 or more, an image of each class", train));
  if (validation < 1) throw UsageError(fmt::format("--val-size {}: must be 1 or more", validation));
  const std::string name = fmt::format("lesions-v{}-{}x{}x{}-{}+{}.safetensors", lesions::recipe_version, size, size,
                                       channels, train, validation);
  if (auto cached = read_cached(name, context)) {
    cached->kind = "synthetic";
    return *std::move(cached);
  }
  std::atomic<std::size_t> done{0};
  const std::size_t total = std::size_t(train) + std::size_t(validation);
  const auto drawn = [&] {
    const std::size_t now = ++done;
    if (omp_get_thread_num() == 0) context.tell(now, total, "drawing synthetic:lesions");
  };
  DataSplits data;
  data.kind = "synthetic";
  data.classes = lesions::class_names();
  data.train = draw_split(0, train, size, channels, drawn);
  data.validation = draw_split(lesions::first_validation_index, validation, size, channels, drawn);
  context.tell(total, total, "drawing synthetic:lesions");
  data.source = "synthetic:lesions";
  data.checksum = checksum_of(data);
  write_cached(name, data, context);
  return data;
}

}  // namespace gs
