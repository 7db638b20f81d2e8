// opencv_png.cpp - decodes a PNG, and keeps libpng's messages to itself.
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <png.h>
#include <opencv2/core.hpp>

#include "engine/data/opencv_pixels.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

/// As JpegReader: libpng calls back, and we jump out of it; between a setjmp() and the jump nothing needs a destructor.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> file) : file_(file) {
    png_ = png_create_read_struct_2(
        PNG_LIBPNG_VER_STRING, this, [](png_structp png, png_const_charp) { png_longjmp(png, 1); },
        [](png_structp png, png_const_charp text) {  // the rest are about colour profiles, texts and the like
          if (std::string_view(text).starts_with("IDAT")) png_longjmp(png, 1);
        },
        this, take, [](png_structp, png_voidp memory) { std::free(memory); });
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      throw std::bad_alloc();
    }
  }
  PngReader(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// Reads up to the pixels; palettes become colours, and values of fewer than 8 bits are spread to 8.
  void read_header() {
    if (!begin()) raise();
  }
  int height() const { return int(png_get_image_height(png_, info_)); }
  int width() const { return int(png_get_image_width(png_, info_)); }
  int channels() const { return png_get_channels(png_, info_); }
  bool wide() const { return png_get_bit_depth(png_, info_) == 16; }

  void read_rows(png_bytepp rows) {
    if (!decompress(rows)) raise();
  }

 private:
  static png_voidp take(png_structp png, png_alloc_size_t bytes) {
    void* memory = std::malloc(bytes);
    if (!memory) static_cast<PngReader*>(png_get_mem_ptr(png))->no_memory_ = true;
    return memory;
  }
  static void read(png_structp png, png_bytep to, std::size_t bytes) {
    auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (bytes > reader.file_.size() - reader.at_) png_error(png, "");
    std::memcpy(to, reader.file_.data() + reader.at_, bytes);
    reader.at_ += bytes;
  }
  bool begin() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, this, read);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // decode_image() has looked at them
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_swap(png_);  // values of 16 bits lie in memory with their lower byte first
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  bool decompress(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }
  [[noreturn]] void raise() const {
    if (no_memory_) throw std::bad_alloc();
    throw Error(fmt::format("is damaged near byte {}: its PNG data are invalid", at_));
  }

  std::span<const std::byte> file_;
  std::size_t at_ = 0;
  bool no_memory_ = false;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

Pixels read_png(std::span<const std::byte> file) {
  PngReader png(file);
  png.read_header();
  const int channels = png.channels();
  cv::Mat picture(png.height(), png.width(), CV_MAKETYPE(png.wide() ? CV_16U : CV_8U, channels));
  std::vector<png_bytep> rows;
  for (int y = 0; y < picture.rows; ++y) rows.push_back(picture.ptr(y));
  png.read_rows(rows.data());
  if (channels % 2 == 1) return {picture, {}};
  Pixels pixels;
  pixels.colour.create(picture.size(), CV_MAKETYPE(picture.depth(), channels - 1));
  pixels.alpha.create(picture.size(), CV_MAKETYPE(picture.depth(), 1));
  cv::Mat parts[] = {pixels.colour, pixels.alpha};
  const int from_to[] = {0, 0, 1, 1, 2, 2, 3, 3};
  cv::mixChannels(&picture, 1, parts, 2, from_to, std::size_t(channels));
  return pixels;
}

}  // namespace gs
