// split_on_device.cpp - uploads a split, or the labels and what fills a window.
#include "engine/train/split_on_device.h"

namespace gs {

SplitOnDevice::SplitOnDevice(Device& device, const Dataset& data, const SharedBatch& shared, bool in_shares)
    : samples_(std::uint32_t(data.n)), shared_(shared), labels_(uploaded(device, data.labels)) {
  if (data.stream)
    feed_ = std::make_unique<ImageFeed>(device, data.stream, shared.rows());
  else if (in_shares && shared.is_shared())
    shared_images_ = std::make_unique<SharedImages>(device, data, shared);
  else
    images_ = uploaded(device, data.images);
}

void SplitOnDevice::begin(const std::vector<std::uint32_t>& order, std::uint32_t first_step) {
  if (feed_) feed_->begin(shared_.division.part(shared_.rank(), order), first_step);
  if (shared_images_) shared_images_->begin(order);
}

int SplitOnDevice::provide(std::uint32_t step, int wanted) {
  if (feed_) return feed_->provide(step, wanted);
  if (!shared_images_) return wanted;
  shared_images_->provide(step);
  return 1;
}

BatchSource SplitOnDevice::source(const Memory& permutation) const {
  return {.images = feed_            ? feed_->window()
                    : shared_images_ ? shared_images_->window()
                                     : static_cast<const std::uint8_t*>(images_.data()),
          .labels = static_cast<const std::int32_t*>(labels_.data()),
          .permutation = static_cast<const std::uint32_t*>(permutation.data()),
          .window = feed_            ? feed_->places()
                    : shared_images_ ? shared_images_->places()
                                     : 0};
}

}  // namespace gs
