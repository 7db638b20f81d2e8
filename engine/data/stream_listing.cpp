// stream_listing.cpp - one pass over all pictures, in pieces; a second if the first shows that their bits change.
#include "engine/data/stream_listing.h"

#include <omp.h>

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/data/broken_pictures.h"
#include "engine/data/decode_image.h"
#include "engine/data/picture_notes.h"
#include "engine/data/picture_stream.h"

namespace gs {
namespace {

constexpr std::size_t piece_bytes = 64 << 20;  ///< of pictures that are decoded at a time

/// Seen in the pixels of one picture.
struct PixelFacts {
  std::uint64_t sum = 0;
  int least = 255, largest = 0;
  bool grey = true;
};

PixelFacts facts_of(const Image& image) {
  PixelFacts facts{.sum = Checksum().add_values(image.pixels.data(), image.pixels.size()).value()};
  const auto [least, largest] = std::ranges::minmax_element(image.pixels);
  facts.least = *least, facts.largest = *largest;
  facts.grey = image.c == 1 || is_grey(image.pixels);
  return facts;
}

/// Results of a pass over the pictures of a listing, picture by picture, and their checksum.
struct Pass {
  std::vector<DecodedPicture> pictures;  ///< without pixels
  std::vector<std::string> faults;
  std::vector<PixelFacts> facts;
  std::string checksum;

  bool has_faults() const { return !std::ranges::all_of(faults, &std::string::empty); }
  /// Pictures of 16 bits had their own range each, and these differ.
  bool needs_one_range() const {
    const int bits = common_range(pictures);
    return std::ranges::any_of(pictures, [bits](const DecodedPicture& picture) {
      return picture.range_bits != 0 && picture.range_bits != bits;
    });
  }
};

std::vector<std::int32_t> labels_of(const std::vector<ImageFile>& files) {
  std::vector<std::int32_t> labels;
  for (const ImageFile& file : files) labels.push_back(file.label);
  return labels;
}

/// Decodes all pictures in the order of the checksum.
class Looker {
 public:
  Looker(const FolderListing& listing, ImageSize size, int channels, const ReaderContext& context)
      : listing_(listing), files_(paths_of(listing)), size_(size), channels_(channels), context_(context) {}

  Pass look(int range_bits) {
    Pass pass;
    pass.pictures.resize(files_.size());
    pass.faults.resize(files_.size());
    pass.facts.resize(files_.size());
    SplitsChecksum sum(listing_.classes);
    const std::size_t trained = listing_.train.size();
    sum.begin(size_, channels_, labels_of(listing_.train));
    look_from_to(0, trained, range_bits, pass, sum);
    sum.begin(size_, channels_, labels_of(listing_.validation));
    look_from_to(trained, files_.size(), range_bits, pass, sum);
    pass.checksum = sum.hex();
    return pass;
  }

 private:
  void look_from_to(std::size_t begin, std::size_t end, int range_bits, Pass& pass, SplitsChecksum& sum) const {
    const std::size_t bytes = std::size_t(size_.h) * std::size_t(size_.w) * std::size_t(channels_);
    const std::size_t piece = std::max(piece_bytes / bytes, std::size_t(omp_get_max_threads()));
    for (std::size_t first = begin; first < end; first += piece) {
      const std::size_t last = std::min(end, first + piece);
      FirstException failure;  // what is no fault of a file, as too little memory
      std::atomic<std::size_t> done = first;
#pragma omp parallel for schedule(dynamic, 1)
      for (std::size_t i = first; i < last; ++i)
        failure.during([&] {
          look_at(i, range_bits, pass);
          const std::size_t now = ++done;
          if (omp_get_thread_num() == 0) context_.tell(now, files_.size(), "looking at images");
        });
      failure.rethrow();
      for (std::size_t i = first; i < last; ++i) {
        sum.add(pass.pictures[i].image.pixels);
        pass.pictures[i].image = {};
      }
    }
  }

  void look_at(std::size_t i, int range_bits, Pass& pass) const {
    try {
      pass.pictures[i] = decode_image(files_[i], size_, channels_, range_bits);
      pass.facts[i] = facts_of(pass.pictures[i].image);
    } catch (const Error& error) {
      pass.faults[i] = error.what();
    }
  }

  const FolderListing& listing_;
  std::vector<std::filesystem::path> files_;
  ImageSize size_;
  int channels_;
  const ReaderContext& context_;
};

Dataset streamed_split(const std::vector<ImageFile>& files, const PixelFacts* facts, PictureStream stream) {
  Dataset d{.n = int(files.size()), .h = stream.size.h, .w = stream.size.w, .c = stream.channels};
  d.labels = labels_of(files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    stream.files.push_back(files[i].path);
    stream.sums.push_back(facts[i].sum);
    stream.least = std::min(stream.least, facts[i].least);
    stream.largest = std::max(stream.largest, facts[i].largest);
    stream.grey += facts[i].grey;
  }
  d.stream = std::make_shared<const PictureStream>(std::move(stream));
  return d;
}

}  // namespace

ImageRoom room_for_images(double memory_limit, std::optional<std::size_t> device_bytes) {
  constexpr double gib = 1 << 30;
  const double of_device = device_bytes ? 0.8 * double(*device_bytes) : memory_limit;
  if (of_device < memory_limit / 3)
    return {of_device, fmt::format("four fifths of the device's free {:.1f} GiB", double(*device_bytes) / gib)};
  return {memory_limit / 3, fmt::format("a third of {:.1f} GiB", memory_limit / gib)};
}

DataSplits stream_listing(FolderListing& listing, const ReaderContext& context, ImageSize size, int channels) {
  const int asked_bits = context.request.range_bits;
  Pass pass = Looker(listing, size, channels, context).look(asked_bits);
  if (pass.has_faults() || pass.needs_one_range()) {
    const int bits = asked_bits != 0 ? asked_bits : common_range(pass.pictures);
    leave_out_broken(listing, pass.faults, context);
    pass = Looker(listing, size, channels, context).look(bits);
    if (pass.has_faults()) throw Error(*std::ranges::find_if_not(pass.faults, &std::string::empty));
  }
  for (const std::string& note : notes_on(pass.pictures, paths_of(listing), asked_bits != 0)) context.warning(note);
  DataSplits data;
  data.range_bits = common_range(pass.pictures);
  data.checksum = pass.checksum;
  const PictureStream stream{.files = {},
                             .size = size,
                             .channels = channels,
                             .range_bits = data.range_bits,
                             .threads = omp_get_max_threads(),
                             .sums = {}};
  data.train = streamed_split(listing.train, pass.facts.data(), stream);
  data.validation = streamed_split(listing.validation, pass.facts.data() + listing.train.size(), stream);
  return data;
}

}  // namespace gs
