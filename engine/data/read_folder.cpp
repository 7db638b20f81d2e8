// read_folder.cpp - decodes the files of a listing on all cores.
#include <omp.h>

#include <atomic>
#include <optional>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
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

class Decoder {
 public:
  Decoder(const ReaderContext& context, std::size_t total) : context_(context), total_(total) {}

  Dataset decode(const std::vector<ImageFile>& files) {
    const ImageSize size = context_.request.image_size.value_or(default_image_size);
    const int channels = context_.request.channels.value_or(1);
    std::vector<std::optional<Image>> images(files.size());
    std::vector<std::string> reasons(files.size());
    FirstException failure;  // what is no fault of the file, as too little memory: --skip-broken must not skip it
#pragma omp parallel for schedule(dynamic, 4)
    for (std::size_t i = 0; i < files.size(); ++i)
      failure.during([&] {
        try {
          images[i] = decode_image(files[i].path, size, channels);
        } catch (const Error& error) {
          reasons[i] = error.what();
        }
        const std::size_t done = ++done_;
        if (omp_get_thread_num() == 0) context_.tell(done, total_, "decoding images");
      });
    failure.rethrow();
    Dataset d;
    d.labels.reserve(files.size());
    d.images.reserve(files.size() * std::size_t(size.h) * std::size_t(size.w) * std::size_t(channels));
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (images[i]) {
        append(d, *images[i], files[i].label);
        d.files.push_back(files[i].path.lexically_relative(context_.request.data).generic_string());
      } else {
        broken_.push_back({files[i].path.lexically_relative(context_.request.data).generic_string(), reasons[i]});
      }
      images[i].reset();
    }
    return d;
  }

  const std::vector<PassedOver>& broken() const {  ///< an error message for each file that failed to decode
    return broken_;
  }

 private:
  const ReaderContext& context_;
  std::size_t total_;
  std::atomic<std::size_t> done_{0};
  std::vector<PassedOver> broken_;
};

void refuse_or_skip(const std::vector<PassedOver>& broken, const ReaderContext& context) {
  if (broken.empty()) return;
  const std::string more = broken.size() > 1 ? fmt::format(" (and {} more like it)", broken.size() - 1) : "";
  if (!context.request.skip_broken)
    throw UsageError(fmt::format("--data: {}{}; mend or remove it, or use --skip-broken", broken[0].why, more));
  context.warning(fmt::format("skipped {} broken image{}: {}{}", broken.size(), broken.size() == 1 ? "" : "s",
                              broken[0].why, more));
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
  Decoder decoder(context, total);
  DataSplits data;
  data.classes = listing.classes;
  data.train = decoder.decode(listing.train);
  data.validation = decoder.decode(listing.validation);
  context.tell(total, total, "decoding images");
  refuse_or_skip(decoder.broken(), context);
  data.ledger = std::move(listing.ledger);
  data.ledger.used = std::size_t(data.train.n) + std::size_t(data.validation.n);
  for (const auto& [file, why] : decoder.broken()) {
    const std::string path = (std::filesystem::path(context.request.data) / file).string() + " ";
    data.ledger.passed_over.push_back({file, why.starts_with(path) ? why.substr(path.size()) : why});
  }
  return data;
}

}  // namespace gs
