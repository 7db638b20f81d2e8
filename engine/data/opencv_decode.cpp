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

namespace gs {
namespace {

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

/// Decodes to blue, green, red; empty if the file is truncated or invalid.
cv::Mat decode(const std::vector<std::byte>& file) {
  if (file.empty() || is_cut_off(file)) return {};
  const cv::Mat bytes(1, int(file.size()), CV_8U, const_cast<std::byte*>(file.data()));
  return cv::imdecode(bytes, cv::IMREAD_COLOR);
}

/// Shrinks before it enlarges, because INTER_AREA averages only if neither axis grows.
cv::Mat resize(const cv::Mat& picture, int size) {
  const cv::Size smaller(std::min(picture.cols, size), std::min(picture.rows, size));
  cv::Mat shrunk = picture, result;
  if (smaller != picture.size()) cv::resize(picture, shrunk, smaller, 0, 0, cv::INTER_AREA);
  if (shrunk.rows == size && shrunk.cols == size) return shrunk;
  cv::resize(shrunk, result, cv::Size(size, size), 0, 0, cv::INTER_LINEAR);
  return result;
}

}  // namespace

Image decode_image(const std::filesystem::path& path, int size, int channels) {
  set_up_opencv();
  const std::vector<std::byte> file = read_file(path);
  cv::Mat picture;
  try {
    picture = decode(file);
    if (!picture.empty()) {
      picture = resize(picture, size);
      cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
    }
  } catch (const cv::Exception&) {
    picture.release();
  } catch (const std::bad_alloc&) {
    throw Error(fmt::format("{} is too large for the memory of this machine", path.string()));
  }
  if (picture.empty()) throw Error(fmt::format("{} is not a complete image", path.string()));
  return with_channels({size, size, 3, {picture.data, picture.data + picture.total() * 3}}, channels);
}

}  // namespace gs
