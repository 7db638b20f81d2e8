// opencv_module.h - all that is done with OpenCV, as the functions of a module that is loaded when the first picture is
// decoded, encoded or drawn: OpenCV brings 140 shared libraries, which would cost every start a tenth of a second.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/data/image.h"
#include "engine/data/picture_form.h"

namespace gs {

struct PixelPoint {
  int x = 0, y = 0;
};

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// A rectangle of a picture of red, green and blue; drawings are cut off at its edges and count pixels from its corner.
struct Panel {
  Image* picture = nullptr;
  int left = 0, top = 0, width = 0, height = 0;
};

/// A picture of a file, and what its user should know about it.
struct DecodedPicture {
  enum class Ground { none, white, black };
  Image image;                   ///< 1 channel if the file is grey, else 3
  int range_bits = 0;            ///< of a picture of 16 bits: the bits whose upper 8 were kept; 0: it has 8 bits
  bool clipped = false;          ///< it holds larger values, which became 255
  Ground ground = Ground::none;  ///< under a picture that is transparent in part
  int pages = 1;                 ///< PictureForm::pages of its file; the first was decoded
};

/// The functions of libgridstride_opencv.so. All are thread-safe on different images. They throw std::bad_alloc, and
/// gs::Error with OpenCV's own words where nothing else is said.
struct OpencvModule {
  /// Decodes a picture of this form, without fault, and resizes it to `size`, as decode_image() says. Throws gs::Error
  /// with what to say after the file's name; prints nothing.
  DecodedPicture (*decode)(std::span<const std::byte> file, const PictureForm&, ImageSize size, int range_bits);
  /// A PNG file of an image of 1 or 3 channels; empty if OpenCV cannot encode it.
  std::vector<std::uint8_t> (*encode_png)(const Image&);
  /// hog_features() of one image of h * w * c bytes, into `values`, which are hog_length.
  void (*hog)(const std::uint8_t* pixels, int h, int w, int c, std::span<std::uint8_t> values);
  void (*draw_line)(const Panel&, PixelPoint from, PixelPoint to, Colour, int thickness, bool smooth);
  void (*draw_frame)(const Panel&, PixelPoint corner, int width, int height, Colour);
  void (*draw_disc)(const Panel&, PixelPoint centre, int radius, Colour);
  /// `start` is the left end of the baseline; letters are 22 * `size` pixels high.
  void (*draw_text)(const Panel&, const std::string&, PixelPoint start, double size, Colour);
  /// Whether the first bytes of a file are those of a picture that OpenCV decodes.
  bool (*can_read)(const std::string& file);
};

/// Whether the module is a part of this build (GRIDSTRIDE_OPENCV).
bool built_with_opencv();

/// Loads the module at the first call. Throws gs::Error with one line if it is not there or cannot be loaded.
/// Thread-safe. Before a loop that takes errors for those of single files: call it once.
const OpencvModule& opencv_module();

}  // namespace gs
