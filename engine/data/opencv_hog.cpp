// opencv_hog.cpp - histograms of oriented gradients through OpenCV.
#include <fmt/format.h>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/core/machine_limits.h"
#include "engine/data/features.h"

namespace gs {
namespace {

constexpr int window_side = 128, block = 32, cell = 16, directions = 9;

}  // namespace

Dataset hog_features(const Dataset& images) {
  check_whole(images, "images");
  const cv::HOGDescriptor hog({window_side, window_side}, {block, block}, {cell, cell}, {cell, cell}, directions);
  Dataset features{images.n, 1, 1, int(hog.getDescriptorSize()), {}, images.labels};
  if (const std::string shortage = memory_shortage(double(features.n) * double(features.image_size()));
      !shortage.empty())
    throw UsageError(fmt::format("--features hog: the features of {} images need {}", features.n, shortage));
  features.images.resize(std::size_t(features.n) * features.image_size());
  FirstException failure;
#pragma omp parallel for
  for (int i = 0; i < images.n; ++i)
    failure.during([&] {
      const auto* pixels = images.images.data() + std::size_t(i) * images.image_size();
      const cv::Mat image(images.h, images.w, CV_8UC(images.c), const_cast<std::uint8_t*>(pixels));
      cv::Mat square;
      cv::resize(image, square, {window_side, window_side}, 0, 0, cv::INTER_AREA);
      std::vector<float> values;
      hog.compute(square, values);
      std::uint8_t* out = features.images.data() + std::size_t(i) * features.image_size();
      for (std::size_t j = 0; j < values.size(); ++j) out[j] = cv::saturate_cast<std::uint8_t>(255 * values[j]);
    });
  try {
    failure.rethrow();
  } catch (const cv::Exception& error) {  // its own text has several lines
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw Error(fmt::format("OpenCV cannot compute features of the images: {}", error.err));
  }
  return features;
}

}  // namespace gs
