// opencv_decode.h - picture files into pixels. Present only in builds with OpenCV.
#pragma once
#include <filesystem>
#include <optional>

#include "engine/data/image.h"

namespace gs {

/// Decodes a jpg, png, bmp or tiff of any size and depth, turns it as its EXIF data says, and resizes it to size x
/// size: by area where it shrinks, linearly where it grows. Nothing when the file is no whole picture.
std::optional<Image> decode_image(const std::filesystem::path&, int size, int channels);

}  // namespace gs
