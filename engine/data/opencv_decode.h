// opencv_decode.h - picture files into pixels. Present only in builds with OpenCV.
#pragma once
#include <filesystem>

#include "engine/data/image.h"

namespace gs {

/// Decodes a jpg, png, bmp or tiff of any size, turns it as its EXIF data says, and resizes it to size x size: by area
/// in a direction where it shrinks, linearly where it grows. 16-bit values keep their upper 8 bits; transparency is
/// ignored. Throws gs::Error that names the file when it cannot be read or is no whole picture. Many threads may call
/// this at once.
Image decode_image(const std::filesystem::path&, int size, int channels);

}  // namespace gs
