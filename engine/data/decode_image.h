// decode_image.h - decodes image files.
#pragma once
#include <filesystem>

#include "engine/data/image.h"

namespace gs {

/// Decodes a jpg, png, bmp or tiff of any size, rotates it by its EXIF orientation, and resizes it to `size`: by area
/// along an axis that shrinks, linearly along one that grows. 16-bit values keep their upper 8 bits; transparency
/// is ignored. Throws gs::Error that names the file if it cannot be read or is not a complete image, and as
/// opencv_module(). Thread-safe.
Image decode_image(const std::filesystem::path&, ImageSize size, int channels);

}  // namespace gs
