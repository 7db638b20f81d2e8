// opencv_jpeg.cpp - decodes a JPEG, and takes libjpeg's warnings of damage for errors.
#include <csetjmp>
#include <cstdio>
#include <new>

#include <fmt/format.h>
#include <jpeglib.h>  // after <cstdio>, which it needs

#include <jerror.h>

#include "engine/data/opencv_pixels.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

/// True for the warnings that cost pixels; others are about a file's version or its colour profile.
bool costs_pixels(int warning) {
  return warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE || warning == JWRN_ARITH_BAD_CODE ||
         warning == JWRN_MUST_RESYNC || warning == JWRN_JPEG_EOF || warning == JWRN_EXTRANEOUS_DATA;
}

/// libjpeg calls back for each fault, and we jump out of it: no exception can pass through its frames. So between a
/// setjmp() and the jump no object may need a destructor.
class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> file) : file_(file) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr info) { of(info).fail(); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && costs_pixels(info->err->msg_code)) of(info).fail();
    };
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
  }
  JpegReader(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  /// Reads up to the first scan, and chooses grey, CMYK or RGB.
  void read_header() {
    if (!begin()) raise();
  }
  int height() const { return int(info_.image_height); }
  int width() const { return int(info_.image_width); }
  int channels() const { return info_.num_components == 1 ? 1 : info_.num_components == 4 ? 4 : 3; }

  /// Fills height() rows of width() * channels() bytes.
  void read_rows(std::uint8_t* rows, std::size_t stride) {
    if (!decompress(rows, stride)) raise();
  }

 private:
  static JpegReader& of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }

  bool begin() {
    if (setjmp(back_)) return false;
    jpeg_create_decompress(&info_);
    info_.client_data = this;  // jpeg_create_decompress() has kept it, but does not promise to
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file_.data()),
                 static_cast<unsigned long>(file_.size()));
    jpeg_read_header(&info_, TRUE);
    info_.out_color_space = channels() == 1 ? JCS_GRAYSCALE : channels() == 4 ? JCS_CMYK : JCS_RGB;
    return true;
  }
  bool decompress(std::uint8_t* rows, std::size_t stride) {
    if (setjmp(back_)) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = rows + info_.output_scanline * stride;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    jpeg_finish_decompress(&info_);  // reads up to the end marker
    return true;
  }

  [[noreturn]] void fail() {
    code_ = errors_.msg_code;
    at_ = file_.size() - (info_.src ? info_.src->bytes_in_buffer : 0);
    std::longjmp(back_, 1);
  }
  [[noreturn]] void raise() const {
    if (code_ == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
    const char* what = "are invalid";
    if (code_ == JWRN_HIT_MARKER || code_ == JWRN_MUST_RESYNC || code_ == JWRN_JPEG_EOF) what = "miss some bytes";
    if (code_ == JWRN_HUFF_BAD_CODE || code_ == JWRN_ARITH_BAD_CODE) what = "hold a code that there is not";
    if (code_ == JWRN_EXTRANEOUS_DATA) what = "hold more bytes than the picture has";
    throw Error(fmt::format("is damaged near byte {}: its JPEG data {}", at_, what));
  }

  std::span<const std::byte> file_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf back_{};
  int code_ = 0;
  std::size_t at_ = 0;
};

/// CMYK as Adobe's programs write it, inverted, to RGB as OpenCV does.
void to_rgb(const cv::Mat& cmyk, cv::Mat& rgb) {
  rgb.create(cmyk.rows, cmyk.cols, CV_8UC3);
  for (int y = 0; y < cmyk.rows; ++y)
    for (int x = 0; x < cmyk.cols; ++x) {
      const auto& in = cmyk.at<cv::Vec4b>(y, x);
      for (int c = 0; c < 3; ++c) rgb.at<cv::Vec3b>(y, x)[c] = std::uint8_t(in[3] - ((255 - in[c]) * in[3] >> 8));
    }
}

}  // namespace

Pixels read_jpeg(std::span<const std::byte> file) {
  JpegReader jpeg(file);
  jpeg.read_header();
  cv::Mat picture(jpeg.height(), jpeg.width(), CV_8UC(jpeg.channels()));
  jpeg.read_rows(picture.data, picture.step);
  if (jpeg.channels() != 4) return {picture, {}};
  Pixels pixels;
  to_rgb(picture, pixels.colour);
  return pixels;
}

}  // namespace gs
