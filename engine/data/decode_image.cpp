// decode_image.cpp - reads and checks a file before OpenCV decodes it.
#include "engine/data/decode_image.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/machine_limits.h"
#include "engine/data/declared_extents.h"
#include "engine/data/opencv_module.h"

namespace gs {
namespace {

constexpr std::uint64_t largest_file = 1 << 30;  ///< OpenCV counts its bytes in an int

/// Detects truncated files before decoding: libjpeg would fill the missing part with grey, and libpng would print a
/// message. A complete file has an end marker near its end; some trailing bytes are common.
bool is_cut_off(const std::vector<std::byte>& file) {
  struct Format {
    std::string_view begin, end;
  };
  static constexpr Format formats[] = {{"\xFF\xD8", "\xFF\xD9"}, {"\x89PNG", "IEND"}};
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  for (const Format& format : formats)
    if (bytes.starts_with(format.begin))
      return bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 4096)).rfind(format.end) == bytes.npos;
  return false;
}

/// Throws Error if the decoded picture is more than this process may still hold: a small file can declare a huge one.
void refuse_huge_picture(const std::vector<std::byte>& file, const std::filesystem::path& path) {
  const auto declared = declared_extents(file);
  if (!declared) return;
  const auto [height, width] = *declared;
  if (const std::string shortage = memory_shortage(3.0 * double(height) * double(width)); !shortage.empty())
    throw Error(fmt::format("{} declares {}x{} pixels, which need {}", path.string(), height, width, shortage));
}

}  // namespace

Image decode_image(const std::filesystem::path& path, ImageSize size, int channels) {
  const OpencvModule& opencv = opencv_module();
  const std::vector<std::byte> file = read_file(path, largest_file);
  refuse_huge_picture(file, path);
  Image picture;
  if (!file.empty() && !is_cut_off(file)) picture = opencv.decode(file, size);
  if (picture.pixels.empty()) throw Error(fmt::format("{} is not a complete image", path.string()));
  return with_channels(std::move(picture), channels);
}

}  // namespace gs
