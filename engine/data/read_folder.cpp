// read_folder.cpp - decodes the files of a listing on all cores into memory, or leaves them to a stream.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/data/broken_pictures.h"
#include "engine/data/decode_image.h"
#include "engine/data/folder.h"
#include "engine/data/opencv_module.h"
#include "engine/data/stream_listing.h"

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

/// The images of the `files`, which begin at `first` of all that were decoded.
Dataset take(std::vector<std::optional<Image>>& images, std::size_t first, const std::vector<ImageFile>& files) {
  Dataset d;
  d.labels.reserve(files.size());
  for (const ImageFile& file : files) {
    while (!images[first]) ++first;  // broken ones are no longer among the files
    Image& image = *images[first];
    if (d.n == 0) d.images.reserve(files.size() * image.pixels.size());
    append(d, image, file.label);
    images[first++].reset();
  }
  return d;
}

DataSplits decode_into_memory(FolderListing& listing, const ReaderContext& context, ImageSize size, int channels) {
  const std::vector<std::filesystem::path> paths = paths_of(listing);
  const std::size_t trained = listing.train.size();
  require_memory(context.request, paths.size(), size, channels);
  DecodedFiles decoded = decode_images(paths, size, channels, context.request.range_bits,
                                       [&](std::size_t done) { context.tell(done, paths.size(), "decoding images"); });
  context.tell(paths.size(), paths.size(), "decoding images");
  for (const std::string& note : decoded.notes) context.warning(note);
  leave_out_broken(listing, decoded.faults, context);
  DataSplits data;
  data.range_bits = decoded.range_bits;
  data.train = take(decoded.images, 0, listing.train);
  data.validation = take(decoded.images, trained, listing.validation);
  return data;
}

/// Whether the images are left to a stream, which one line says unless it was asked for.
bool leaves_to_stream(const ReaderContext& context, std::size_t images, ImageSize size, int channels) {
  if (context.request.decoding != Decoding::automatic) return context.request.decoding == Decoding::stream;
  const double bytes = double(images) * size.h * size.w * channels;
  const ImageRoom room = room_for_images(double(memory_limit_bytes()), context.request.device_bytes);
  if (bytes <= room.bytes) return false;
  context.warning(
      fmt::format("--data {}: {} images of {}x{}x{} need {:.1f} GiB, more than {}, so they are decoded whenever they "
                  "are used (--decode once: in memory)",
                  context.request.data, images, size.h, size.w, channels, bytes / (1 << 30), room.words));
  return true;
}

/// Names relative to `root`.
std::vector<std::string> names_of(const std::vector<ImageFile>& files, const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const ImageFile& file : files) names.push_back(file.path.lexically_relative(root).generic_string());
  return names;
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
  const DataRequest& request = context.request;
  const int classes = int(listing.classes.size());
  listing.train = limited(listing.train, request, classes);
  listing.validation = limited(listing.validation, request, classes);
  const ImageSize size = request.image_size.value_or(default_image_size);
  const int channels = request.channels.value_or(1);
  opencv_module();  // a module that is missing is no fault of a file: --skip-broken must not skip them all
  const std::size_t images = listing.train.size() + listing.validation.size();
  DataSplits data = leaves_to_stream(context, images, size, channels)
                        ? stream_listing(listing, context, size, channels)
                        : decode_into_memory(listing, context, size, channels);
  data.classes = listing.classes;
  data.train.files = names_of(listing.train, request.data);
  data.validation.files = names_of(listing.validation, request.data);
  data.ledger = std::move(listing.ledger);
  data.ledger.used = std::size_t(data.train.n) + std::size_t(data.validation.n);
  return data;
}

}  // namespace gs
