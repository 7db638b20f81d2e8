// opencv_decode.cpp - a picture as training takes it: upright, without transparency, 8 bits per value, resized.
#include <algorithm>
#include <bit>
#include <iostream>
#include <new>
#include <streambuf>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/data/opencv_pixels.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

thread_local bool opencv_is_decoding = false;

/// std::cerr without what OpenCV prints of pictures that it cannot decode, one line or more each.
class WithoutOpencv : public std::streambuf {
 public:
  explicit WithoutOpencv(std::streambuf& to) : to_(to) {}

 private:
  int_type overflow(int_type c) override {
    return opencv_is_decoding || traits_type::eq_int_type(c, traits_type::eof()) ? traits_type::not_eof(c)
                                                                                 : to_.sputc(char(c));
  }
  std::streamsize xsputn(const char* text, std::streamsize length) override {
    return opencv_is_decoding ? length : to_.sputn(text, length);
  }
  int sync() override { return to_.pubsync(); }
  std::streambuf& to_;
};

void turn_upright(cv::Mat& picture, int orientation) {  // Source: EXIF 2.3, 4.6.4
  if (orientation >= 5) cv::transpose(picture, picture);
  const int mirrored[] = {0, 0, 'x', 'b', 'y', 0, 'x', 'b', 'y'};
  const int axes = mirrored[orientation];
  if (axes != 0) cv::flip(picture, picture, axes == 'x' ? 1 : axes == 'y' ? 0 : -1);
}

/// Bits of the largest value, 8 to 16.
int bits_in_use(const cv::Mat& picture) {
  double largest = 0;
  cv::minMaxLoc(picture.reshape(1), nullptr, &largest);
  return std::clamp(int(std::bit_width(unsigned(largest))), 8, 16);
}

/// The upper 8 of `bits` bits; larger values become 255.
cv::Mat upper_bits(const cv::Mat& picture, int bits) {
  cv::Mat result(picture.size(), CV_MAKETYPE(CV_8U, picture.channels()));
  for (int y = 0; y < picture.rows; ++y) {
    const auto* in = picture.ptr<std::uint16_t>(y);
    auto* out = result.ptr<std::uint8_t>(y);
    for (int i = 0; i < picture.cols * picture.channels(); ++i)
      out[i] = std::uint8_t(std::min(255, in[i] >> (bits - 8)));
  }
  return result;
}

bool one_value(const cv::Mat& picture) {
  double least = 0, largest = 0;
  cv::minMaxLoc(picture.reshape(1), &least, &largest);
  return least == largest;
}

cv::Mat on_ground(const Pixels& pixels, int ground) {
  cv::Mat result(pixels.colour.size(), pixels.colour.type());
  const int channels = result.channels();
  for (int y = 0; y < result.rows; ++y) {
    const std::uint8_t *colour = pixels.colour.ptr(y), *alpha = pixels.alpha.ptr(y);
    std::uint8_t* out = result.ptr(y);
    for (int x = 0; x < result.cols; ++x, ++alpha)
      for (int c = 0; c < channels; ++c, ++colour, ++out)
        *out = std::uint8_t((*colour * *alpha + ground * (255 - *alpha) + 127) / 255);
  }
  return result;
}

/// Puts a picture that is transparent in part on white, or on black if nothing were to be seen on white. An alpha of
/// one value means nothing: some programs write zeros.
void make_opaque(Pixels& pixels, DecodedPicture& result) {
  if (pixels.alpha.empty() || one_value(pixels.alpha)) return;
  cv::Mat on_white = on_ground(pixels, 255);
  result.ground = one_value(on_white) ? DecodedPicture::Ground::black : DecodedPicture::Ground::white;
  pixels.colour = result.ground == DecodedPicture::Ground::white ? on_white : on_ground(pixels, 0);
}

/// Shrinks before it enlarges, because INTER_AREA averages only if neither axis grows.
cv::Mat resized_by_opencv(const cv::Mat& picture, ImageSize size) {
  const cv::Size smaller(std::min(picture.cols, size.w), std::min(picture.rows, size.h));
  cv::Mat shrunk = picture, result;
  if (smaller != picture.size()) cv::resize(picture, shrunk, smaller, 0, 0, cv::INTER_AREA);
  if (shrunk.rows == size.h && shrunk.cols == size.w) return shrunk;
  cv::resize(shrunk, result, cv::Size(size.w, size.h), 0, 0, cv::INTER_LINEAR);
  return result;
}

std::string why_not(const PictureForm& form) {
  if (form.kind == PictureForm::Kind::gif)
    return "is a GIF, which OpenCV " CV_VERSION " does not read; convert it to PNG";
  return "is damaged, or of a kind that OpenCV does not read";
}

cv::Mat decode_with_opencv(std::span<const std::byte> file, int flags) {
  const cv::Mat bytes(1, int(file.size()), CV_8U, const_cast<std::byte*>(file.data()));
  cv::Mat picture;
  opencv_is_decoding = true;
  try {
    picture = cv::imdecode(bytes, flags);
  } catch (const cv::Exception& error) {
    opencv_is_decoding = false;
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    return {};
  } catch (...) {
    opencv_is_decoding = false;
    throw;
  }
  opencv_is_decoding = false;
  return picture;
}

}  // namespace

void silence_opencv() {
  static WithoutOpencv* const buffer = new WithoutOpencv(*std::cerr.rdbuf());  // std::cerr uses it to the very end
  std::cerr.rdbuf(buffer);
}

Pixels read_with_opencv(std::span<const std::byte> file, const PictureForm& form) {
  const bool may_have_alpha = form.kind == PictureForm::Kind::webp;
  cv::Mat picture = decode_with_opencv(
      file, may_have_alpha ? int(cv::IMREAD_UNCHANGED) : int(cv::IMREAD_COLOR) | int(cv::IMREAD_ANYDEPTH));
  if (picture.empty()) throw Error(why_not(form));
  if (picture.depth() != CV_8U && picture.depth() != CV_16U)
    throw Error("holds no whole numbers of 8 or 16 bits, from 0 on");
  Pixels pixels;
  if (picture.channels() == 4) {
    cv::extractChannel(picture, pixels.alpha, 3);
    cv::cvtColor(picture, pixels.colour, cv::COLOR_BGRA2RGB);
  } else if (picture.channels() == 3) {
    cv::cvtColor(picture, pixels.colour, cv::COLOR_BGR2RGB);
  } else {
    pixels.colour = picture;
  }
  return pixels;
}

DecodedPicture decode_picture(std::span<const std::byte> file, const PictureForm& form, ImageSize size,
                              int range_bits) {
  try {
    Pixels pixels = form.kind == PictureForm::Kind::jpeg  ? read_jpeg(file)
                    : form.kind == PictureForm::Kind::png ? read_png(file)
                                                          : read_with_opencv(file, form);
    DecodedPicture result;
    if (pixels.colour.depth() == CV_16U) {
      const int own = bits_in_use(pixels.colour);
      result.range_bits = range_bits == 0 ? own : range_bits;
      result.clipped = own > result.range_bits;
      pixels.colour = upper_bits(pixels.colour, result.range_bits);
      if (!pixels.alpha.empty()) pixels.alpha = upper_bits(pixels.alpha, 16);
    }
    make_opaque(pixels, result);
    turn_upright(pixels.colour, form.orientation);
    cv::Mat picture = resized_by_opencv(pixels.colour, size);
    if (!picture.isContinuous()) picture = picture.clone();
    const int channels = picture.channels();
    result.image = {size.h, size.w, channels, {picture.data, picture.data + picture.total() * std::size_t(channels)}};
    return result;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw Error("could not be decoded by OpenCV");
  }
}

}  // namespace gs
