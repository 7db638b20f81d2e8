// decode_image.h - decodes image files.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/opencv_module.h"

namespace gs {

/// Decodes a picture of any size, rotates it by its EXIF orientation, and resizes it to `size`: by area along an axis
/// that shrinks, linearly along one that grows. A picture of 16 bits keeps the upper 8 of its `range_bits`, 8 to 16; 0:
/// of the fewest that hold its values. One that is transparent in part is put on white, or on black if nothing were to
/// be seen on white. Throws gs::Error that names the file and says why it cannot be read, and as opencv_module().
/// Thread-safe.
DecodedPicture decode_image(const std::filesystem::path&, ImageSize size, int channels, int range_bits);

struct DecodedFiles {
  std::vector<std::optional<Image>> images;  ///< nullopt: it could not be decoded
  std::vector<std::string> faults;           ///< why not, one line that names the file; else empty
  int range_bits = 0;                        ///< of all pictures of 16 bits; 0: there is none
  std::vector<std::string> notes;            ///< what was done to the pictures, a line each
};

/// Decodes the files on all cores with one range: `range_bits`, or if that is 0 the fewest bits that hold the values of
/// all pictures of 16 bits. `progress` is called by one thread with the files done. Throws what is no fault of a file.
DecodedFiles decode_images(const std::vector<std::filesystem::path>&, ImageSize size, int channels, int range_bits,
                           const std::function<void(std::size_t)>& progress = {});

}  // namespace gs
