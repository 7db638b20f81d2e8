// picture_png.cpp - a PNG's chunks with their checksums, up to IEND. Source: the PNG specification, 5.3 and 11.2.
#include <string>

#include <fmt/format.h>
#include <zlib.h>

#include "engine/data/picture_forms.h"

namespace gs {
namespace {

bool checksum_holds(const PictureBytes& file, std::size_t at, std::size_t length) {
  const auto* first = reinterpret_cast<const Bytef*>(file.data() + at + 4);
  return crc32_z(0, first, length + 4) == file.big_endian(at + 8 + length, 4);
}

}  // namespace

PictureForm png_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::png, .extents = {}, .fault = {}};
  if (file.size() > 8 && !file.has(0, "\x89PNG\r\n\x1A\n")) {
    form.fault = damaged(4, "this PNG was changed as if it were text");
    return form;
  }
  bool drawn = false;
  for (std::size_t at = 8; form.fault.empty();) {
    if (at + 8 > file.size()) {
      form.fault = cut_off(file, drawn ? "before its PNG's end" : "before its PNG data");
      break;
    }
    const std::size_t length = std::size_t(file.big_endian(at, 4)), end = at + 12 + length;
    std::string name;
    for (std::size_t i = 0; i < 4; ++i) name += char(file.byte(at + 4 + i));
    if (at == 8 && name == "IHDR" && at + 18 <= file.size()) {
      form.extents = PictureExtents{std::uint32_t(file.big_endian(20, 4)), std::uint32_t(file.big_endian(16, 4))};
      form.bits = int(file.byte(24));
    }
    const bool letters = name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == name.npos;
    const bool needed = letters && name[0] <= 'Z';  // a decoder may ignore a chunk whose name begins small
    if (!letters || (at == 8 && name != "IHDR"))
      form.fault = damaged(at, at == 8 ? "a PNG's header must follow here" : "a PNG's chunk must follow here");
    else if (end > file.size())
      form.fault = cut_off(file, fmt::format("within the PNG's chunk {} at byte {}", name, at));
    else if (needed && !checksum_holds(file, at, length))
      form.fault = damaged(at, fmt::format("the checksum of the PNG's chunk {} is wrong", name));
    else if (name == "acTL")
      form.pages = int(std::clamp<std::uint64_t>(file.big_endian(at + 8, 4), 1, 1 << 30));  // a still one may say 0
    else if (name == "eXIf")
      form.orientation = exif_orientation(file.part(at + 8, length));
    drawn = drawn || name == "IDAT";
    if (name == "IEND") break;
    at = end;
  }
  if (form.fault.empty() && !drawn) form.fault = "is a PNG without a picture";
  return form;
}

}  // namespace gs
