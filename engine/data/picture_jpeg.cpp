// picture_jpeg.cpp - a JPEG's segments and scans, up to its end marker. Source: ITU-T T.81, B.1 and B.2.
#include <cstring>

#include <fmt/format.h>

#include "engine/data/picture_forms.h"

namespace gs {
namespace {

/// The place of the next marker after the entropy-coded data from `at` on, or the end of the file. In such data FF 00
/// is a value, and restart markers may stand between its intervals.
std::size_t end_of_scan(const PictureBytes& file, std::size_t at) {
  while (at < file.size()) {
    const void* found = std::memchr(file.data() + at, 0xFF, file.size() - at);
    if (!found) break;
    at = std::size_t(static_cast<const std::byte*>(found) - file.data());
    const std::uint32_t next = file.byte(at + 1);
    if (at + 1 < file.size() && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
    ++at;
  }
  return file.size();
}

/// Reads a frame header, SOF0 to SOF15, whose marker is at `at`.
void read_frame(const PictureBytes& file, std::size_t at, PictureForm& form) {
  const std::uint32_t marker = file.byte(at + 1), bits = file.byte(at + 4);
  form.extents = PictureExtents{std::uint32_t(file.big_endian(at + 5, 2)), std::uint32_t(file.big_endian(at + 7, 2))};
  if (marker == 0xC3 || (marker >= 0xC5 && marker <= 0xC7) || marker >= 0xCB)
    form.fault = "is a lossless or hierarchical JPEG, which is not read; convert it to PNG";
  else if (bits != 8)
    form.fault = fmt::format("is a JPEG of {} bits per value; those of 8 are read", bits);
}

bool is_frame(std::uint32_t marker) {  // SOF, but not DHT, JPG and DAC
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

}  // namespace

PictureForm jpeg_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::jpeg, .extents = {}, .fault = {}};
  bool scanned = false;
  for (std::size_t at = 2; form.fault.empty();) {
    if (at + 1 >= file.size()) {
      form.fault = cut_off(file, scanned ? "within its JPEG data" : "before its JPEG data");
      break;
    }
    if (file.byte(at) != 0xFF || file.byte(at + 1) == 0) {
      form.fault = damaged(at, "a JPEG's marker must follow here");
      break;
    }
    const std::uint32_t marker = file.byte(at + 1);
    if (marker == 0xFF) {  // fill bytes may come before a marker
      ++at;
      continue;
    }
    if (marker == 0xD9) {
      if (!scanned) form.fault = damaged(at, "this JPEG ends before its picture");
      break;
    }
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // markers without a segment
      at += 2;
      continue;
    }
    const std::size_t length = std::size_t(file.big_endian(at + 2, 2)), end = at + 2 + length;
    if (at + 4 > file.size() || end > file.size()) {
      if (is_frame(marker) && !form.extents && at + 9 <= file.size()) read_frame(file, at, form);
      form.fault = cut_off(file, fmt::format("within the JPEG segment at byte {}", at));
    } else if (length < 2) {
      form.fault = damaged(at + 2, "no JPEG segment has this length");
    } else if (is_frame(marker) && form.extents) {
      form.fault = damaged(at, "a JPEG has one frame, and this is a second");
    } else if (is_frame(marker)) {
      read_frame(file, at, form);
    } else if (marker == 0xE1 && file.has(at + 4, {"Exif\0\0", 6}) && form.orientation == 1) {
      form.orientation = exif_orientation(file.part(at + 10, length - 8));
    }
    at = end;
    if (marker == 0xDA) scanned = true, at = end_of_scan(file, at);
  }
  return form;
}

}  // namespace gs
