// opencv_encode.cpp - PNG through OpenCV.
#include "engine/data/opencv_encode.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/core/error.h"

namespace gs {

std::vector<std::uint8_t> encode_png(const Image& image) {
  cv::Mat pixels(image.h, image.w, CV_8UC(image.c), const_cast<std::uint8_t*>(image.pixels.data()));
  if (image.c == 3) cv::cvtColor(pixels, pixels, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> bytes;
  if (!cv::imencode(".png", pixels, bytes)) throw Error("a picture could not be encoded as PNG");
  return bytes;
}

}  // namespace gs
