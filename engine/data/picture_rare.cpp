// picture_rare.cpp - the size of a JPEG 2000 and of a Sun raster; the rest is for OpenCV. Sources: ITU-T T.800, A.5.1
// and I.4; Sun's rasterfile.h.
#include <optional>

#include "engine/data/picture_forms.h"

namespace gs {
namespace {

/// The place of the code stream: the whole file, or the content of the box jp2c.
std::optional<std::size_t> code_stream(const PictureBytes& file) {
  if (file.byte(0) == 0xFF) return 0;
  for (std::uint64_t at = 0; at + 8 <= file.size();) {
    std::uint64_t length = file.big_endian(at, 4), header = 8;
    if (length == 1) length = file.big_endian(at + 8, 8), header = 16;
    if (file.has(at + 4, "jp2c")) return at + header;
    if (length < header || length > file.size() - at) break;  // 0: the last box
    at += length;
  }
  return std::nullopt;
}

}  // namespace

PictureForm jpeg2000_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::other, .extents = {}, .bits = 16, .fault = {}};
  const auto stream = code_stream(file);
  if (!stream || *stream + 24 > file.size()) {
    form.fault = cut_off(file, "before the size of its JPEG 2000 picture");
    return form;
  }
  const auto side = [&](std::size_t at) {  // the picture's end, and 8 bytes later its origin
    const std::uint64_t end = file.big_endian(*stream + at, 4), origin = file.big_endian(*stream + at + 8, 4);
    return std::uint32_t(end > origin ? end - origin : 0);
  };
  form.extents = PictureExtents{side(12), side(8)};
  return form;
}

PictureForm sun_raster_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::other, .extents = {}, .fault = {}};
  if (file.size() < 32)
    form.fault = cut_off(file, "within the Sun raster's header");
  else
    form.extents = PictureExtents{std::uint32_t(file.big_endian(8, 4)), std::uint32_t(file.big_endian(4, 4))};
  return form;
}

}  // namespace gs
