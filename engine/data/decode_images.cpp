// decode_images.cpp - decodes many files on all cores, with one range for those of 16 bits.
#include <omp.h>

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/data/decode_image.h"

namespace gs {
namespace {

/// A remark on the pictures of a source: their number, and the first.
struct Remark {
  int count = 0;
  std::string first;
  void add(const std::filesystem::path& file) {
    if (count++ == 0) first = file.string();
  }
  std::string pictures() const { return count == 1 ? first : fmt::format("{} pictures ({}, ...)", count, first); }
};

std::vector<std::string> notes_on(const std::vector<DecodedPicture>& pictures,
                                  const std::vector<std::filesystem::path>& files, int bits, bool chosen) {
  Remark narrow, clipped, pages, transparent;
  int on_black = 0;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const DecodedPicture& picture = pictures[i];
    if (picture.range_bits > 0 && picture.range_bits < 16) narrow.add(files[i]);
    if (picture.clipped) clipped.add(files[i]);
    if (picture.pages > 1) pages.add(files[i]);
    if (picture.ground != DecodedPicture::Ground::none) transparent.add(files[i]);
    on_black += picture.ground == DecodedPicture::Ground::black;
  }
  std::vector<std::string> lines;
  if (narrow.count > 0 && !chosen)
    lines.push_back(fmt::format("{}: of 16 bits {} are in use, so 0 to {} become 0 to 255 (--range full: 0 to 65535)",
                                narrow.pictures(), bits, (1 << bits) - 1));
  if (clipped.count > 0)
    lines.push_back(fmt::format("{}: values above {} became 255, as the range is of {} bits", clipped.pictures(),
                                (1 << bits) - 1, bits));
  if (pages.count > 0) lines.push_back(pages.pictures() + ": of several pages or frames the first is read");
  if (on_black > 0 && on_black == transparent.count)
    lines.push_back(transparent.pictures() + ": white and transparent in part, put on black");
  else if (transparent.count > 0)
    lines.push_back(fmt::format("{}: transparent in part, put on white{}", transparent.pictures(),
                                on_black > 0 ? fmt::format("; {} white ones on black", on_black) : ""));
  return lines;
}

}  // namespace

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
  for (const DecodedPicture& picture : pictures) result.range_bits = std::max(result.range_bits, picture.range_bits);
#pragma omp parallel for schedule(dynamic, 4)
  for (std::size_t i = 0; i < files.size(); ++i)
    if (pictures[i].range_bits != 0 && pictures[i].range_bits != result.range_bits)
      failure.during([&] { decode(i, result.range_bits); });
  failure.rethrow();
  result.notes = notes_on(pictures, files, result.range_bits, range_bits != 0);
  for (DecodedPicture& picture : pictures) {
    const bool decoded = !picture.image.pixels.empty();
    result.images.push_back(decoded ? std::optional(std::move(picture.image)) : std::nullopt);
  }
  return result;
}

}  // namespace gs
