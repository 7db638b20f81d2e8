// data_files.h - what a program does with the images that a reader returns.
#pragma once
#include "engine/data/dataset.h"
#include "engine/data/readers.h"
#include "tests/fuzz/fuzz.h"

namespace gs::fuzz {

inline void check_split(const Dataset& d, std::size_t classes) {
  demand(d.n > 0 && d.h > 0 && d.w > 0 && (d.c == 1 || d.c == 3), "a split without images");
  demand(d.images.size() == std::size_t(d.n) * d.image_size(), "images of another number or size");
  demand(d.labels.size() == std::size_t(d.n), "labels of another number");
  for (const std::int32_t label : d.labels) demand(label >= 0 && std::size_t(label) < classes, "a label without class");
}

/// Loads `path` as --data does, with the flags that change images; then writes it packed and reads that, the same.
inline void load_and_pack(const std::filesystem::path& path) {
  DataRequest request;
  request.data = path.string();
  request.threads = 1;
  DataSplits data;
  if (!taken([&] { data = load_data(request); })) return;
  check_split(data.train, data.classes.size());
  check_split(data.validation, data.classes.size());
  const std::filesystem::path packed = folder() / "packed.safetensors";
  write_packed(packed, data);
  const DataSplits again = read_packed(packed);
  demand(again.checksum == data.checksum && again.classes == data.classes, "packed and read, they are other images");
  if (data.train.image_size() > 4096 || data.validation.image_size() > 4096) return;  // resizing takes its time
  request.image_size = 5, request.channels = 3, request.limit = 3;
  taken([&] { (void)load_data(request); });
}

}  // namespace gs::fuzz
