// decode_image.cpp - reads and checks a file before it is decoded.
#include "engine/data/decode_image.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/machine_limits.h"
#include "engine/data/picture_form.h"

namespace gs {
namespace {

constexpr std::uint64_t largest_file = 1 << 30;  ///< OpenCV counts its bytes in an int
constexpr std::uint64_t most_pixels = 1 << 30;   ///< of OpenCV, too
constexpr std::uint32_t longest_side = 1 << 20;  ///< likewise

/// Why a whole picture of these extents is not decoded; else empty. A small file can declare a huge picture.
std::string too_large(const PictureForm& form) {
  if (!form.extents) return "";
  const auto [height, width] = *form.extents;
  if (height == 0 || width == 0) return fmt::format("declares {}x{} pixels", height, width);
  const double bytes = (form.bits > 8 ? 8.0 : 4.0) * double(height) * double(width);  // with alpha
  if (const std::string shortage = memory_shortage(bytes); !shortage.empty())
    return fmt::format("declares {}x{} pixels, which need {}", height, width, shortage);
  if (height > longest_side || width > longest_side || std::uint64_t(height) * width > most_pixels)
    return fmt::format("declares {}x{} pixels; at most {} of them and a side of {} are read", height, width,
                       most_pixels, longest_side);
  return "";
}

}  // namespace

DecodedPicture decode_image(const std::filesystem::path& path, ImageSize size, int channels, int range_bits) {
  const OpencvModule& opencv = opencv_module();
  const std::vector<std::byte> file = read_file(path, largest_file);
  const PictureForm form = picture_form(file);
  const std::string fault = form.fault.empty() ? too_large(form) : form.fault;
  if (!fault.empty()) throw Error(fmt::format("{} {}", path.string(), fault));
  DecodedPicture picture;
  try {
    picture = opencv.decode(file, form, size, range_bits);
  } catch (const Error& error) {
    throw Error(fmt::format("{} {}", path.string(), error.what()));
  }
  picture.pages = form.pages;
  picture.image = with_channels(std::move(picture.image), channels);
  return picture;
}

}  // namespace gs
