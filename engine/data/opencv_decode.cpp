// opencv_decode.cpp - the one file that includes OpenCV's decoders.
#include "engine/data/opencv_decode.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/machine_limits.h"
#include "engine/data/declared_extents.h"

namespace gs {
namespace {

constexpr std::uint64_t largest_file = 1 << 30;  ///< OpenCV counts its bytes in an int

/// Turns off OpenCV's threads and log: each of our threads decodes one file, and gs::Error reports the faults.
void set_up_opencv() {
  [[maybe_unused]] static const bool once = [] {
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    return true;
  }();
}

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

/// Decodes to blue, green, red; empty if the file is truncated or invalid.
cv::Mat decode(const std::vector<std::byte>& file) {
  if (file.empty() || is_cut_off(file)) return {};
  const cv::Mat bytes(1, int(file.size()), CV_8U, const_cast<std::byte*>(file.data()));
  return cv::imdecode(bytes, cv::IMREAD_COLOR);
}

/// Shrinks before it enlarges, because INTER_AREA averages only if neither axis grows.
cv::Mat resize(const cv::Mat& picture, ImageSize size) {
  const cv::Size smaller(std::min(picture.cols, size.w), std::min(picture.rows, size.h));
  cv::Mat shrunk = picture, result;
  if (smaller != picture.size()) cv::resize(picture, shrunk, smaller, 0, 0, cv::INTER_AREA);
  if (shrunk.rows == size.h && shrunk.cols == size.w) return shrunk;
  cv::resize(shrunk, result, cv::Size(size.w, size.h), 0, 0, cv::INTER_LINEAR);
  return result;
}

}  // namespace

Image decode_image(const std::filesystem::path& path, ImageSize size, int channels) {
  set_up_opencv();
  const std::vector<std::byte> file = read_file(path, largest_file);
  refuse_huge_picture(file, path);
  cv::Mat picture;
  try {
    picture = decode(file);
    if (!picture.empty()) {
      picture = resize(picture, size);
      cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
    }
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    picture.release();
  }
  if (picture.empty()) throw Error(fmt::format("{} is not a complete image", path.string()));
  return with_channels({size.h, size.w, 3, {picture.data, picture.data + picture.total() * 3}}, channels);
}

}  // namespace gs
