// opencv_decode.cpp - the one file that includes OpenCV's decoders.
#include "engine/data/opencv_decode.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"

namespace gs {
namespace {

/// libjpeg fills what a cut-off file lacks with grey and only prints a warning; a whole file ends with its end marker.
bool is_cut_off_jpeg(const std::vector<std::byte>& file) {
  const auto byte = [&](std::size_t i) { return int(file[i]); };
  if (file.size() < 4 || byte(0) != 0xFF || byte(1) != 0xD8) return false;
  const std::size_t tail = file.size() > 4096 ? file.size() - 4096 : 2;
  for (std::size_t i = file.size() - 1; i > tail; --i)
    if (byte(i - 1) == 0xFF && byte(i) == 0xD9) return false;
  return true;
}

}  // namespace

std::optional<Image> decode_image(const std::filesystem::path& path, int size, int channels) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::setNumThreads(1);  // the caller decodes one file per core
  const std::vector<std::byte> file = read_file(path);
  if (file.empty() || is_cut_off_jpeg(file)) return std::nullopt;
  cv::Mat picture;
  try {
    const cv::Mat bytes(1, int(file.size()), CV_8U, const_cast<std::byte*>(file.data()));
    picture = cv::imdecode(bytes, cv::IMREAD_COLOR);
    if (picture.empty()) return std::nullopt;
    if (picture.rows != size || picture.cols != size) {
      const bool shrinks = picture.rows >= size && picture.cols >= size;
      cv::Mat sized;
      cv::resize(picture, sized, cv::Size(size, size), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
      picture = sized;
    }
    cv::cvtColor(picture, picture, cv::COLOR_BGR2RGB);
  } catch (const cv::Exception&) {
    return std::nullopt;
  }
  Image image{size, size, 3, {picture.data, picture.data + picture.total() * 3}};
  return with_channels(std::move(image), channels);
}

}  // namespace gs
