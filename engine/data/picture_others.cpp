// picture_others.cpp - BMP, GIF, WebP and PNM by the lengths that they declare. Sources: Microsoft, BITMAPINFOHEADER;
// CompuServe, GIF89a; Google, WebP container specification; netpbm's pages pbm, pgm and ppm.
#include <algorithm>

#include <fmt/format.h>

#include "engine/core/checked_size.h"
#include "engine/data/picture_forms.h"

namespace gs {
namespace {

/// The end of a chain of GIF's sub-blocks, each with its length before it.
std::size_t end_of_blocks(const PictureBytes& file, std::size_t at) {
  while (at < file.size() && file.byte(at) != 0) at += 1 + file.byte(at);
  return at + 1;
}

std::size_t colour_table(std::uint32_t flags) {
  return flags & 0x80 ? std::size_t(3) << ((flags & 7) + 1) : 0;
}

/// Reads the numbers of a PNM's header, which white space and comments separate.
class PnmHeader {
 public:
  explicit PnmHeader(const PictureBytes& file) : file_(file) {}

  /// The next number; 0 if none follows. The byte after it is skipped, too.
  std::uint32_t number() {
    for (;; ++at_) {
      if (file_.byte(at_) == '#')
        while (at_ < file_.size() && file_.byte(at_) != '\n') ++at_;
      if (at_ >= file_.size() || !is_space(file_.byte(at_))) break;
    }
    std::uint64_t value = 0;
    for (; file_.byte(at_) >= '0' && file_.byte(at_) <= '9'; ++at_)
      value = std::min<std::uint64_t>(10 * value + file_.byte(at_) - '0', UINT32_MAX);
    ++at_;
    return std::uint32_t(value);
  }
  std::size_t at() const { return at_; }

 private:
  static bool is_space(std::uint32_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
  const PictureBytes& file_;
  std::size_t at_ = 2;
};

}  // namespace

PictureForm bmp_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::bmp, .extents = {}, .fault = {}};
  const std::uint64_t pixels = file.little_endian(10, 4), header = file.little_endian(14, 4);
  std::uint64_t bits = 0, compression = 0;
  if (header == 12) {  // of OS/2
    form.extents = PictureExtents{std::uint32_t(file.little_endian(20, 2)), std::uint32_t(file.little_endian(18, 2))};
    bits = file.little_endian(24, 2);
  } else {
    const auto height = std::int32_t(file.little_endian(22, 4));  // negative: rows from top to bottom
    form.extents = PictureExtents{height < 0 ? 0u - std::uint32_t(height) : std::uint32_t(height),
                                  std::uint32_t(file.little_endian(18, 4))};
    bits = file.little_endian(28, 2);
    compression = file.little_endian(30, 4);
  }
  const bool packed = compression == 1 || compression == 2;  // run lengths, of no declared size
  const std::uint64_t row = (std::uint64_t(form.extents->width) * bits + 31) / 32 * 4;
  const auto needed = checked_product({std::int64_t(row), form.extents->height});
  if (file.size() < 54 || (!packed && (!needed || pixels > file.size() || *needed > file.size() - pixels)))
    form.fault = cut_off(file, "before its BMP's picture ends");
  return form;
}

PictureForm gif_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::gif, .extents = {}, .pages = 0, .fault = {}};
  form.extents = PictureExtents{std::uint32_t(file.little_endian(8, 2)), std::uint32_t(file.little_endian(6, 2))};
  for (std::size_t at = 13 + colour_table(file.byte(10)); form.fault.empty();) {
    if (at == file.size() && form.pages > 0) {
      break;  // many lack the end marker
    } else if (at >= file.size()) {
      form.fault = cut_off(file, "before its GIF's end");
    } else if (file.byte(at) == ';') {
      break;
    } else if (file.byte(at) == ',') {
      ++form.pages;
      at = end_of_blocks(file, at + 11 + colour_table(file.byte(at + 9)));
    } else if (file.byte(at) == '!') {
      at = end_of_blocks(file, at + 2);
    } else {
      form.fault = damaged(at, "a GIF's block must follow here");
    }
  }
  if (form.fault.empty() && form.pages == 0) form.fault = "is a GIF without a picture";
  form.pages = std::max(1, form.pages);
  return form;
}

PictureForm webp_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::webp, .extents = {}, .pages = 0, .fault = {}};
  const std::uint64_t end = 8 + file.little_endian(4, 4);
  if (end > file.size()) form.fault = cut_off(file, fmt::format("before byte {}, where its WebP ends", end));
  const auto see = [&](std::uint64_t height, std::uint64_t width) {
    if (!form.extents) form.extents = PictureExtents{std::uint32_t(height), std::uint32_t(width)};
  };
  for (std::uint64_t at = 12; at + 8 <= std::min<std::uint64_t>(end, file.size());) {
    const std::uint64_t length = file.little_endian(at + 4, 4), data = at + 8;
    if (file.has(at, "VP8X")) see(file.little_endian(data + 7, 3) + 1, file.little_endian(data + 4, 3) + 1);
    if (file.has(at, "VP8 ")) see(file.little_endian(data + 8, 2) & 0x3FFF, file.little_endian(data + 6, 2) & 0x3FFF);
    if (const std::uint64_t packed = file.little_endian(data + 1, 4); file.has(at, "VP8L"))
      see((packed >> 14 & 0x3FFF) + 1, (packed & 0x3FFF) + 1);
    if (file.has(at, "ANMF")) ++form.pages;
    if (file.has(at, "EXIF")) {
      const std::size_t skipped = file.has(data, {"Exif\0\0", 6}) ? 6 : 0;
      form.orientation = exif_orientation(file.part(data + skipped, length));
    }
    at = data + length + length % 2;
  }
  if (form.fault.empty() && form.pages > 0) form.fault = "is an animated WebP, which is not read; convert it to PNG";
  form.pages = std::max(1, form.pages);
  return form;
}

PictureForm pnm_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::pnm, .extents = {}, .fault = {}};
  const std::uint32_t kind = file.byte(1) - '0';
  PnmHeader header(file);
  const std::uint32_t width = header.number(), height = header.number();
  const std::uint32_t largest = kind == 1 || kind == 4 ? 1 : header.number();
  form.extents = PictureExtents{height, width};
  form.bits = largest > 255 ? 16 : 8;
  if (width == 0 || height == 0 || largest == 0 || largest > 65535) {
    form.fault = damaged(2, "a PNM's width, height and largest value must follow here");
    return form;
  }
  if (kind < 4) return form;  // numbers as text, of no declared length
  const std::uint64_t values = std::uint64_t(width) * (kind == 6 ? 3 : 1);
  const auto needed = checked_product({std::int64_t(kind == 4 ? (values + 7) / 8 : values), height, form.bits / 8});
  if (header.at() > file.size() || !needed || *needed > file.size() - header.at())
    form.fault = cut_off(file, "before its PNM's picture ends");
  return form;
}

}  // namespace gs
