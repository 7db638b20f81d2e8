// opencv_pixels.h - a picture as its library decodes it, before it is turned, scaled and resized.
#pragma once
#include <cstddef>
#include <span>

#include <opencv2/core.hpp>

#include "engine/data/opencv_module.h"

namespace gs {

struct Pixels {
  cv::Mat colour;  ///< grey, or red, green, blue
  cv::Mat alpha;   ///< of the same size; empty if the picture has none
};

/// All three throw gs::Error with the fault, to follow the file's name, and std::bad_alloc. They print nothing.

/// By libjpeg-turbo, whose warnings of damage are errors here. OpenCV gives the same pixels, and prints those.
Pixels read_jpeg(std::span<const std::byte> file);
/// By libpng, for the same reason.
Pixels read_png(std::span<const std::byte> file);
Pixels read_with_opencv(std::span<const std::byte> file, const PictureForm&);

/// OpencvModule::decode.
DecodedPicture decode_picture(std::span<const std::byte> file, const PictureForm&, ImageSize, int range_bits);

/// From now on, what read_with_opencv() makes OpenCV print to std::cerr is dropped. Text of others is not.
void silence_opencv();

}  // namespace gs
