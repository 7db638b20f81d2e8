// picture_forms.h - one function per form of picture, for picture_form().
#pragma once
#include "engine/data/picture_bytes.h"
#include "engine/data/picture_form.h"

namespace gs {

PictureForm jpeg_form(const PictureBytes&);
PictureForm png_form(const PictureBytes&);
PictureForm bmp_form(const PictureBytes&);
PictureForm gif_form(const PictureBytes&);
PictureForm tiff_form(const PictureBytes&);
PictureForm webp_form(const PictureBytes&);
PictureForm pnm_form(const PictureBytes&);
PictureForm jpeg2000_form(const PictureBytes&);
PictureForm sun_raster_form(const PictureBytes&);

/// EXIF's orientation, 1 to 8, of a TIFF header with its directory; 1 if it has none.
int exif_orientation(const PictureBytes& tiff);

/// The fault of a file that ends too early: "is cut off at byte 812, within <where>".
std::string cut_off(const PictureBytes&, const std::string& where);
/// "is damaged at byte 60: <what>".
std::string damaged(std::size_t at, const std::string& what);

}  // namespace gs
