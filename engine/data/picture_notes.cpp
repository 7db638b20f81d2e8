// picture_notes.cpp - remarks with the number of pictures and the first.
#include "engine/data/picture_notes.h"

#include <algorithm>

#include <fmt/format.h>

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

}  // namespace

int common_range(const std::vector<DecodedPicture>& pictures) {
  int bits = 0;
  for (const DecodedPicture& picture : pictures) bits = std::max(bits, picture.range_bits);
  return bits;
}

std::vector<std::string> notes_on(const std::vector<DecodedPicture>& pictures,
                                  const std::vector<std::filesystem::path>& files, bool chosen) {
  const int bits = common_range(pictures);
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

}  // namespace gs
