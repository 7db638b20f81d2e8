// picture_form.h - a picture file by its structure: form, size and end, before anything is decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace gs {

struct PictureExtents {
  std::uint32_t height = 0, width = 0;
};

struct PictureForm {
  /// other: JPEG 2000 or Sun raster, of which only the size is read.
  enum class Kind { unknown, jpeg, png, bmp, gif, tiff, webp, pnm, other };
  Kind kind = Kind::unknown;
  std::optional<PictureExtents> extents;  ///< nullopt: its header is cut or does not say it
  int bits = 8;                           ///< of a value, as declared; 16 if the header does not say it
  int pages = 1;                          ///< pages of a TIFF, frames of an animation; not the thumbnails
  int orientation = 1;                    ///< EXIF's, 1 to 8; of JPEG, PNG and WebP
  std::string fault;                      ///< why it is not decoded, after the file's name: "is empty"; else empty
};

/// Walks the parts of a file from its first byte to the end of its picture: a JPEG's segments and scans to the end
/// marker, a PNG's chunks with their checksums, the other forms by the lengths that they declare. Bytes after that end
/// (a motion photo's film) are no fault. Damage within compressed data is for the decoder to find.
PictureForm picture_form(std::span<const std::byte> file);

}  // namespace gs
