// features.cpp - histograms of oriented gradients through OpenCV.
#include "engine/data/features.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/core/machine_limits.h"
#include "engine/data/opencv_module.h"

namespace gs {

Dataset hog_features(const Dataset& images) {
  check_whole(images, "images");
  const OpencvModule& opencv = opencv_module();
  Dataset features{images.n, 1, 1, hog_length, {}, images.labels};
  if (const std::string shortage = memory_shortage(double(features.n) * double(features.image_size()));
      !shortage.empty())
    throw UsageError(fmt::format("--features hog: the features of {} images need {}", features.n, shortage));
  features.images.resize(std::size_t(features.n) * features.image_size());
  FirstException failure;
#pragma omp parallel for
  for (int i = 0; i < images.n; ++i)
    failure.during([&] {
      const Image decoded = images.stream ? image_of(images, i) : Image();
      const auto* pixels =
          images.stream ? decoded.pixels.data() : images.images.data() + std::size_t(i) * images.image_size();
      std::uint8_t* values = features.images.data() + std::size_t(i) * features.image_size();
      try {
        opencv.hog(pixels, images.h, images.w, images.c, {values, features.image_size()});
      } catch (const Error& error) {
        throw Error(fmt::format("OpenCV cannot compute features of the images: {}", error.what()));
      }
    });
  failure.rethrow();
  return features;
}

}  // namespace gs
