// read_folder.cpp - decodes the files of a listing on all cores.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/data/decode_image.h"
#include "engine/data/folder.h"
#include "engine/data/opencv_module.h"

namespace gs {
namespace {

/// The files of one split, cut to --limit before decoding.
std::vector<ImageFile> limited(const std::vector<ImageFile>& files, const DataRequest& request, int classes) {
  if (!request.limit) return files;
  std::vector<std::int32_t> labels;
  for (const ImageFile& file : files) labels.push_back(file.label);
  std::vector<ImageFile> kept;
  for (const std::size_t i : within_limit(labels, *request.limit, classes)) kept.push_back(files[i]);
  return kept;
}

std::vector<std::filesystem::path> paths_of(const std::vector<ImageFile>& files) {
  std::vector<std::filesystem::path> paths;
  for (const ImageFile& file : files) paths.push_back(file.path);
  return paths;
}

/// Takes the images of `files`, which begin at `first` of those decoded. Their names are relative to `root`.
Dataset take(DecodedFiles& decoded, std::size_t first, const std::vector<ImageFile>& files,
             const std::filesystem::path& root) {
  Dataset d;
  d.labels.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::optional<Image>& image = decoded.images[first + i];
    if (!image) continue;
    if (d.n == 0) d.images.reserve(files.size() * image->pixels.size());
    append(d, *image, files[i].label);
    d.files.push_back(files[i].path.lexically_relative(root).generic_string());
    image.reset();
  }
  return d;
}

/// A class may not lose its last training picture to --skip-broken.
void refuse_lost_class(const DecodedFiles& decoded, const FolderListing& listing, const Dataset& train) {
  for (std::size_t c = 0; c < listing.classes.size(); ++c) {
    const auto label = std::int32_t(c);
    if (std::find(train.labels.begin(), train.labels.end(), label) != train.labels.end()) continue;
    for (std::size_t i = 0; i < listing.train.size(); ++i)
      if (listing.train[i].label == label)
        throw UsageError(fmt::format("--data: all training pictures of the class '{}' are broken; the first: {}",
                                     listing.classes[c], decoded.faults[i]));
  }
}

/// Names the broken files in the ledger; throws unless they may be skipped. The files are those that were decoded.
void refuse_or_skip(const DecodedFiles& decoded, const std::vector<std::filesystem::path>& files,
                    const ReaderContext& context, Ledger& ledger) {
  std::string first;
  std::size_t broken = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& fault = decoded.faults[i];
    if (fault.empty()) continue;
    if (broken++ == 0) first = fault;
    const std::string name = files[i].string() + " ";
    ledger.passed_over.push_back({files[i].lexically_relative(context.request.data).generic_string(),
                                  fault.starts_with(name) ? fault.substr(name.size()) : fault});
  }
  if (broken == 0) return;
  const std::string more = broken > 1 ? fmt::format(" (and {} more)", broken - 1) : "";
  if (!context.request.skip_broken)
    throw UsageError(fmt::format("--data: {}{}; mend or remove it, or use --skip-broken", first, more));
  if (context.request.takes_ledger) return;
  context.warning(fmt::format("skipped {} broken image{}: {}{}", broken, broken == 1 ? "" : "s", first, more));
}

}  // namespace

DataSplits read_folder(const std::filesystem::path& root, const ReaderContext& context) {
  require_opencv(root);
  DataSplits data = decode_listing(list_folder(root, context), context);
  data.kind = "folder";
  return data;
}

void require_opencv(const std::filesystem::path& root) {
  if (!built_with_opencv())
    throw UsageError(
        fmt::format("--data {}: image folders need a build with OpenCV; packed and IDX files do not", root.string()));
}

DataSplits decode_listing(FolderListing listing, const ReaderContext& context) {
  const int classes = int(listing.classes.size());
  listing.train = limited(listing.train, context.request, classes);
  listing.validation = limited(listing.validation, context.request, classes);
  const std::size_t total = listing.train.size() + listing.validation.size();
  require_memory(context.request, total, context.request.image_size.value_or(default_image_size),
                 context.request.channels.value_or(1));
  opencv_module();  // a module that is missing is no fault of a file: --skip-broken must not skip them all
  std::vector<ImageFile> files = listing.train;
  files.insert(files.end(), listing.validation.begin(), listing.validation.end());
  const std::vector<std::filesystem::path> paths = paths_of(files);
  DecodedFiles decoded = decode_images(paths, context.request.image_size.value_or(default_image_size),
                                       context.request.channels.value_or(1), context.request.range_bits,
                                       [&](std::size_t done) { context.tell(done, total, "decoding images"); });
  context.tell(total, total, "decoding images");
  for (const std::string& note : decoded.notes) context.warning(note);
  DataSplits data;
  data.classes = listing.classes;
  data.range_bits = decoded.range_bits;
  data.ledger = std::move(listing.ledger);
  refuse_or_skip(decoded, paths, context, data.ledger);
  data.train = take(decoded, 0, listing.train, context.request.data);
  data.validation = take(decoded, listing.train.size(), listing.validation, context.request.data);
  refuse_lost_class(decoded, listing, data.train);
  data.ledger.used = std::size_t(data.train.n) + std::size_t(data.validation.n);
  return data;
}

}  // namespace gs
