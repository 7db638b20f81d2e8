// opencv_module.cpp - the module libgridstride_opencv.so: encoding, drawing, features, and the list of its functions.
#include "engine/data/opencv_module.h"

#include <new>

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "engine/data/features.h"
#include "engine/data/opencv_pixels.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

/// Calls `work`. No exception of OpenCV leaves the module: too little memory is std::bad_alloc, the rest gs::Error.
template <class Work>
auto call_opencv(Work work) {
  try {
    return work();
  } catch (const cv::Exception& error) {  // its what() has several lines
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw Error(error.err);
  }
}

/// Pixels as they lie in memory. OpenCV's matrices take no pointer to const.
cv::Mat matrix_of(const std::uint8_t* pixels, int h, int w, int c) {
  return cv::Mat(h, w, CV_8UC(c), const_cast<std::uint8_t*>(pixels));
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  return call_opencv([&] {
    cv::Mat pixels = matrix_of(image.pixels.data(), image.h, image.w, image.c);
    if (image.c == 3) cv::cvtColor(pixels, pixels, cv::COLOR_RGB2BGR);
    std::vector<std::uint8_t> bytes;
    if (!cv::imencode(".png", pixels, bytes)) bytes.clear();
    return bytes;
  });
}

void hog(const std::uint8_t* pixels, int h, int w, int c, std::span<std::uint8_t> values) {
  constexpr int window_side = 128, block = 32, cell = 16, directions = 9;
  call_opencv([&] {
    static const cv::HOGDescriptor descriptor({window_side, window_side}, {block, block}, {cell, cell}, {cell, cell},
                                              directions);
    cv::Mat square;
    cv::resize(matrix_of(pixels, h, w, c), square, {window_side, window_side}, 0, 0, cv::INTER_AREA);
    std::vector<float> computed;
    descriptor.compute(square, computed);
    require(computed.size() == values.size(), "hog_length is the length of OpenCV's descriptor");
    for (std::size_t j = 0; j < values.size(); ++j) values[j] = cv::saturate_cast<std::uint8_t>(255 * computed[j]);
  });
}

cv::Mat matrix_of(const Panel& panel) {
  const Image& picture = *panel.picture;
  return matrix_of(picture.pixels.data(), picture.h, picture.w,
                   picture.c)({panel.left, panel.top, panel.width, panel.height});
}

cv::Scalar scalar_of(Colour colour) {
  return cv::Scalar(colour.red, colour.green, colour.blue);
}

void draw_line(const Panel& panel, PixelPoint from, PixelPoint to, Colour colour, int thickness, bool smooth) {
  call_opencv([&] {
    cv::line(matrix_of(panel), {from.x, from.y}, {to.x, to.y}, scalar_of(colour), thickness,
             smooth ? cv::LINE_AA : cv::LINE_8);
  });
}

void draw_frame(const Panel& panel, PixelPoint corner, int width, int height, Colour colour) {
  call_opencv([&] {
    cv::Mat pixels = matrix_of(panel);
    cv::rectangle(pixels, cv::Rect(corner.x, corner.y, width, height), scalar_of(colour), 1);
  });
}

void draw_disc(const Panel& panel, PixelPoint centre, int radius, Colour colour) {
  call_opencv([&] {
    cv::circle(matrix_of(panel), {centre.x, centre.y}, radius, scalar_of(colour), cv::FILLED, cv::LINE_AA);
  });
}

void draw_text(const Panel& panel, const std::string& text, PixelPoint start, double size, Colour colour) {
  call_opencv([&] {
    cv::putText(matrix_of(panel), text, {start.x, start.y}, cv::FONT_HERSHEY_SIMPLEX, size, scalar_of(colour), 1,
                cv::LINE_AA);
  });
}

bool can_read(const std::string& file) {
  return call_opencv([&] { return cv::haveImageReader(file); });
}

}  // namespace
}  // namespace gs

/// Called once, after the module is loaded. Turns off OpenCV's threads and log: each of our threads works on one
/// picture, and gs::Error reports the faults.
extern "C" const gs::OpencvModule* gridstride_opencv() {
  static constexpr gs::OpencvModule functions{gs::decode_picture, gs::encode_png, gs::hog,       gs::draw_line,
                                              gs::draw_frame,     gs::draw_disc,  gs::draw_text, gs::can_read};
  cv::setNumThreads(1);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  gs::silence_opencv();
  return &functions;
}
