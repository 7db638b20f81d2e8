// split_on_device.h - the images and labels of a split where a program reads them.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/program/program.h"
#include "engine/train/image_feed.h"
#include "engine/train/shared_images.h"

namespace gs {

/// All images; or a window of them if the split is a stream, or if the ranks share it. Labels are all there.
class SplitOnDevice {
 public:
  /// `in_shares`: each of several ranks holds a part of the images.
  SplitOnDevice(Device&, const Dataset&, const SharedBatch&, bool in_shares);

  std::uint32_t samples() const { return samples_; }
  /// Must begin() be called? All images are there if not.
  bool has_window() const { return feed_ || shared_images_; }

  /// Addresses to bind a program to; it visits the images in the order of `permutation`.
  BatchSource source(const Memory& permutation) const;

  /// Before a pass of all ranks that reads the images in this order, from its step `first_step` on.
  void begin(const std::vector<std::uint32_t>& order, std::uint32_t first_step = 0);

  /// Call it before steps are enqueued. Returns how many may be: ImageFeed::provide(). With shares it is a collective,
  /// SharedImages::provide().
  int provide(std::uint32_t step, int wanted);

  /// For images that were not decoded yet; 0 if all are in memory.
  double waited_seconds() const { return feed_ ? feed_->waited_seconds() : 0; }

 private:
  std::uint32_t samples_;
  const SharedBatch& shared_;
  Memory images_, labels_;
  // Both null: images_ holds them all.
  std::unique_ptr<ImageFeed> feed_;
  std::unique_ptr<SharedImages> shared_images_;
};

}  // namespace gs
