// encode_png.h - encodes images as PNG.
#pragma once
#include <vector>

#include "engine/data/image.h"

namespace gs {

/// Encodes an image of 1 (grey) or 3 (red, green, blue) channels as the bytes of a PNG file. Throws gs::Error if that
/// fails, and as opencv_module().
std::vector<std::uint8_t> encode_png(const Image&);

}  // namespace gs
