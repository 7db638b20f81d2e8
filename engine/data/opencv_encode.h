// opencv_encode.h - encodes images as PNG. Only in builds with OpenCV.
#pragma once
#include <vector>

#include "engine/data/image.h"

namespace gs {

/// Encodes an image of 1 (grey) or 3 (red, green, blue) channels as the bytes of a PNG file. Throws gs::Error if that
/// fails.
std::vector<std::uint8_t> encode_png(const Image&);

}  // namespace gs
