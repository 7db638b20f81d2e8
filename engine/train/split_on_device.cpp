// split_on_device.cpp - uploads a split, or the labels of a stream.
#include "engine/train/split_on_device.h"

namespace gs {

SplitOnDevice::SplitOnDevice(Device& device, const Dataset& data, int batch)
    : samples_(std::uint32_t(data.n)), labels_(uploaded(device, data.labels)) {
  if (data.stream)
    feed_ = std::make_unique<ImageFeed>(device, data.stream, batch);
  else
    images_ = uploaded(device, data.images);
}

BatchSource SplitOnDevice::source(const Memory& permutation) const {
  return {.images = feed_ ? feed_->window() : static_cast<const std::uint8_t*>(images_.data()),
          .labels = static_cast<const std::int32_t*>(labels_.data()),
          .permutation = static_cast<const std::uint32_t*>(permutation.data()),
          .window = feed_ ? feed_->places() : 0};
}

}  // namespace gs
