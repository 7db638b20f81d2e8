// load_data.cpp - selects the reader for a request, and checks the loaded data.
#include <omp.h>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/machine_limits.h"
#include "engine/data/find_source.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

void check_request(const DataRequest& r) {
  if (r.image_size && (std::min(r.image_size->h, r.image_size->w) < 1 ||
                       std::max(r.image_size->h, r.image_size->w) > largest_image_side))
    throw UsageError(fmt::format("--image-size {}: must be 1 to {}", size_text(*r.image_size), largest_image_side));
  if (r.channels && *r.channels != 1 && *r.channels != 3)
    throw UsageError(fmt::format("--channels {}: must be 1 (grey) or 3 (colour)", *r.channels));
  if (r.limit && *r.limit < 1) throw UsageError(fmt::format("--limit {}: must be 1 or more", *r.limit));
  if (r.split != "val" && r.split != "test") throw UsageError(fmt::format("--split {}: must be val or test", r.split));
  if (r.validation_split && !(*r.validation_split > 0 && *r.validation_split < 1))
    throw UsageError(fmt::format("--val-split {}: must lie between 0 and 1", *r.validation_split));
}

/// Throws UsageError if a flag is for other kinds of sources.
void check_flags_of(const DataSource& source, const DataRequest& r) {
  const bool pictures = source.kind == DataSource::Kind::pictures, arrays = source.kind == DataSource::Kind::arrays;
  if (!pictures && (!r.label_pattern.empty() || r.validation_split))
    throw UsageError(fmt::format("--data {}: --label-pattern and --val-split are for folders of image files", r.data));
  if (!pictures && !arrays && r.split != "val")
    throw UsageError(fmt::format("--data {}: --split is for folders of image files and NumPy's arrays", r.data));
  if (!pictures && r.decoding == Decoding::stream)
    throw UsageError(fmt::format("--data {}: --decode stream is for folders of image files", r.data));
  if (source.kind != DataSource::Kind::idx && r.transpose)
    throw UsageError(fmt::format("--data {}: --transpose is for IDX files, as EMNIST's", r.data));
}

DataSplits read(const ReaderContext& context) {
  const DataRequest& r = context.request;
  if (r.data.rfind("synthetic:", 0) == 0) {
    if (r.data != "synthetic:lesions")
      throw UsageError(fmt::format("--data {}: the only built-in data set is synthetic:lesions", r.data));
    if (r.split != "val")
      throw UsageError(
          fmt::format("--split {}: {} has no folders; --val-size says how many validate", r.split, r.data));
    if (r.decoding == Decoding::stream)
      throw UsageError(fmt::format("--decode stream is for folders of image files; {} is drawn", r.data));
    return read_synthetic(context);
  }
  if (r.train_size || r.validation_size)
    throw UsageError(
        "--train-size and --val-size belong to synthetic:lesions; --limit N takes at most N images of each split");
  if (!r.table.file.empty()) return read_table(r.data, context);
  const DataSource source = find_source(r.data);
  check_flags_of(source, r);
  switch (source.kind) {
    case DataSource::Kind::idx:
      return read_idx(*source.idx, context);
    case DataSource::Kind::cifar:
      return read_cifar(source.path, context);
    case DataSource::Kind::arrays:
      return read_arrays(source.path, context);
    case DataSource::Kind::packed:
      return read_packed(source.path);
    case DataSource::Kind::pictures:
      break;
  }
  return read_folder(source.path, context);
}

/// A file that cannot be read is a fault of the input, too.
DataSplits read_as_usage(const ReaderContext& context) {
  try {
    return read(context);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(fmt::format("--data: {}", error.what()));
  } catch (const fs::filesystem_error& error) {
    throw UsageError(fmt::format("--data {}: {}", error.path1().string(), error.code().message()));
  }
}

void check_classes(const DataSplits& data, bool limited) {
  if (data.classes.size() < 2)
    throw UsageError(fmt::format("--data {}: only one class ({}); a classifier needs two or more", data.source,
                                 data.classes.empty() ? "none" : data.classes[0]));
  for (const std::string& name : data.classes)
    if (!is_utf8(name))
      throw UsageError(fmt::format("--data {}: the class name '{}' is not valid UTF-8; rename it", data.source, name));
  std::vector<int> count(data.classes.size(), 0);
  for (const std::int32_t label : data.train.labels) ++count[std::size_t(label)];
  for (std::size_t c = 0; c < count.size(); ++c)
    if (count[c] == 0)
      throw UsageError(fmt::format("--data {}: class '{}' has no training image{}", data.source, data.classes[c],
                                   limited ? "; a larger --limit may help" : ""));
  if (data.validation.n == 0) throw UsageError(fmt::format("--data {}: no validation images", data.source));
}

}  // namespace

DataSplits load_data(const DataRequest& request, const DataProgress& progress,
                     const std::function<void(const std::string&)>& warn) {
  check_request(request);
  omp_set_num_threads(request.threads > 0 ? request.threads : default_threads());
  DataSplits data = read_as_usage({request, progress, warn});
  data.source = request.data;
  check_whole(data.train, "training images");
  check_whole(data.validation, "validation images");
  for (Dataset* split : {&data.train, &data.validation}) {
    const bool fewer = request.limit && limit_split(*split, *request.limit, int(data.classes.size()));
    const bool other = fit(*split, request);
    if (fewer || other) data.checksum.clear();  // a reader's checksum is outdated now
    if (std::max(split->h, split->w) > largest_image_side)
      throw UsageError(fmt::format("--data {}: images of {}x{} are too large; --image-size takes up to {}", data.source,
                                   split->h, split->w, largest_image_side));
  }
  check_classes(data, request.limit.has_value());
  if (data.train.h != data.validation.h || data.train.w != data.validation.w || data.train.c != data.validation.c)
    throw UsageError(fmt::format("--data {}: training images are {}x{}, validation images {}x{}; give an --image-size",
                                 data.source, data.train.h, data.train.w, data.validation.h, data.validation.w));
  if (data.checksum.empty()) data.checksum = checksum_of(data);
  return data;
}

}  // namespace gs
