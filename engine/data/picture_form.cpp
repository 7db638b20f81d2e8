// picture_form.cpp - finds the form of a picture by its first bytes, and says what a file is that has none.
#include "engine/data/picture_form.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/data/picture_forms.h"

namespace gs {
namespace {

using namespace std::string_view_literals;

struct FirstBytes {
  std::size_t at;
  std::string_view bytes;
  PictureForm (*form)(const PictureBytes&);
};

constexpr FirstBytes forms[] = {
    {0, "\xFF\xD8"sv, jpeg_form},
    {0, "\x89PNG"sv, png_form},
    {0, "BM"sv, bmp_form},
    {0, "GIF8"sv, gif_form},
    {0, "II*\0"sv, tiff_form},
    {0, "MM\0*"sv, tiff_form},
    {0, "II+\0"sv, tiff_form},
    {0, "MM\0+"sv, tiff_form},
    {8, "WEBP"sv, webp_form},
    {0, "\0\0\0\x0CjP  \r\n\x87\n"sv, jpeg2000_form},
    {0, "\xFF\x4F\xFF\x51"sv, jpeg2000_form},  // its code stream alone
    {0, "\x59\xA6\x6A\x95"sv, sun_raster_form},
};

struct NotRead {
  std::size_t at;
  std::string_view bytes, what;
};

constexpr std::string_view convert = "which is not read; convert it to PNG or JPEG";
constexpr NotRead not_read[] = {
    {4, "ftyphei"sv, "a HEIC picture"},
    {4, "ftypmif1"sv, "a HEIC picture"},
    {4, "ftypavif"sv, "an AVIF picture"},
    {4, "ftyp"sv, "a film"},
    {0, "\x76\x2F\x31\x01"sv, "a floating-point picture (OpenEXR)"},
    {0, "#?R"sv, "a floating-point picture (Radiance HDR)"},
    {0, "PF\n"sv, "a floating-point picture (PFM)"},
    {0, "Pf\n"sv, "a floating-point picture (PFM)"},
    {0, "\0\0\1\0"sv, "an icon (ICO)"},
    {128, "DICM"sv, "a DICOM file"},
    {0, "8BPS"sv, "a Photoshop file"},
    {0, "%PDF"sv, "a PDF file"},
    {0, "<svg"sv, "an SVG drawing"},
};

/// The first bytes as text if they are some, else as numbers.
std::string beginning(const PictureBytes& file) {
  const std::size_t length = std::min<std::size_t>(file.size(), 12);
  std::string text, numbers;
  bool readable = true;
  for (std::size_t i = 0; i < length; ++i) {
    const std::uint32_t byte = file.byte(i);
    if (byte == '\n' || byte == '\r') break;
    readable = readable && byte >= 0x20 && byte < 0x7F;
    text += char(byte);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(length, 4); ++i)
    numbers += fmt::format("{}{:02x}", i == 0 ? "" : " ", file.byte(i));
  return readable && !text.empty() ? "'" + text + "'" : "the bytes " + numbers;
}

PictureForm unknown_form(const PictureBytes& file) {
  PictureForm form;
  if (file.size() == 0) {
    form.fault = "is empty";
    return form;
  }
  for (const NotRead& known : not_read)
    if (file.has(known.at, known.bytes)) {
      form.fault = fmt::format("is {}, {}", known.what, convert);
      return form;
    }
  form.fault = fmt::format("is no picture of a known form: it begins with {}", beginning(file));
  return form;
}

}  // namespace

std::string cut_off(const PictureBytes& file, const std::string& where) {
  return fmt::format("is cut off at byte {}, {}", file.size(), where);
}

std::string damaged(std::size_t at, const std::string& what) {
  return fmt::format("is damaged at byte {}: {}", at, what);
}

PictureForm picture_form(std::span<const std::byte> bytes) {
  const PictureBytes file(bytes);
  for (const FirstBytes& known : forms)
    if (file.has(known.at, known.bytes)) return known.form(file);
  if (file.byte(0) == 'P' && file.byte(1) >= '1' && file.byte(1) <= '6') return pnm_form(file);
  return unknown_form(file);
}

}  // namespace gs
