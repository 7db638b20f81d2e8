// encode_png.cpp - PNG through OpenCV.
#include "engine/data/encode_png.h"

#include "engine/core/error.h"
#include "engine/data/opencv_module.h"

namespace gs {

std::vector<std::uint8_t> encode_png(const Image& image) {
  std::vector<std::uint8_t> bytes = opencv_module().encode_png(image);
  if (bytes.empty()) throw Error("a picture could not be encoded as PNG");
  return bytes;
}

}  // namespace gs
