// opencv_encode.h - pixels into a picture file's bytes. Present only in builds with OpenCV.
#pragma once
#include <vector>

#include "engine/data/image.h"

namespace gs {

/// The bytes of a PNG file. `image` has 1 (grey) or 3 (red, green, blue) channels. Throws gs::Error when it cannot be
/// encoded.
std::vector<std::uint8_t> encode_png(const Image&);

}  // namespace gs
