// decode_images.cpp - decodes many files on all cores, with one range for those of 16 bits.
#include <omp.h>

#include <atomic>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/data/decode_image.h"
#include "engine/data/picture_notes.h"

namespace gs {

DecodedFiles decode_images(const std::vector<std::filesystem::path>& files, ImageSize size, int channels,
                           int range_bits, const std::function<void(std::size_t)>& progress) {
  std::vector<DecodedPicture> pictures(files.size());
  DecodedFiles result;
  result.faults.resize(files.size());
  const auto decode = [&](std::size_t i, int bits) {
    try {
      pictures[i] = decode_image(files[i], size, channels, bits);
    } catch (const Error& error) {
      pictures[i] = {};  // of the first time, in another range
      result.faults[i] = error.what();
    }
  };
  std::atomic<std::size_t> done = 0;
  FirstException failure;  // what is no fault of a file, as too little memory
#pragma omp parallel for schedule(dynamic, 4)
  for (std::size_t i = 0; i < files.size(); ++i)
    failure.during([&] {
      decode(i, range_bits);
      const std::size_t now = ++done;
      if (progress && omp_get_thread_num() == 0) progress(now);
    });
  failure.rethrow();
  // Each had its own range so far; the few that need fewer bits than the others are decoded again.
  result.range_bits = common_range(pictures);
#pragma omp parallel for schedule(dynamic, 4)
  for (std::size_t i = 0; i < files.size(); ++i)
    if (pictures[i].range_bits != 0 && pictures[i].range_bits != result.range_bits)
      failure.during([&] { decode(i, result.range_bits); });
  failure.rethrow();
  result.notes = notes_on(pictures, files, range_bits != 0);
  for (DecodedPicture& picture : pictures) {
    const bool decoded = !picture.image.pixels.empty();
    result.images.push_back(decoded ? std::optional(std::move(picture.image)) : std::nullopt);
  }
  return result;
}

}  // namespace gs
