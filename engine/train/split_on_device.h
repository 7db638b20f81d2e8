// split_on_device.h - the images and labels of a split where a program reads them.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/program/program.h"
#include "engine/train/image_feed.h"

namespace gs {

/// All images, or a window of them if the split is a stream. Labels are all there.
class SplitOnDevice {
 public:
  SplitOnDevice(Device&, const Dataset&, int batch);

  std::uint32_t samples() const { return samples_; }
  bool is_stream() const { return feed_ != nullptr; }

  /// Addresses to bind a program to; it visits the images in the order of `permutation`.
  BatchSource source(const Memory& permutation) const;

  /// Before a pass that reads the images in this order, from its step `first_step` on.
  void begin(const std::vector<std::uint32_t>& order, std::uint32_t first_step = 0) {
    if (feed_) feed_->begin(order, first_step);
  }

  /// Call it before steps are enqueued: ImageFeed::provide().
  int provide(std::uint32_t step, int wanted) { return feed_ ? feed_->provide(step, wanted) : wanted; }

  /// For images that were not decoded yet; 0 if all are in memory.
  double waited_seconds() const { return feed_ ? feed_->waited_seconds() : 0; }

 private:
  std::uint32_t samples_;
  Memory images_, labels_;
  std::unique_ptr<ImageFeed> feed_;  ///< null: images_ holds them all
};

}  // namespace gs
