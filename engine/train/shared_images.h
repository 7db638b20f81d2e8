// shared_images.h - the images of a split that no rank holds whole: each has a share, and before a step all exchange
// those of its batch.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/device/device.h"
#include "engine/ranks/shared_batch.h"

namespace gs {

/// Rank r of N holds the images r, r + N, r + 2 N, ... in host memory. The device has a window of one batch: the image
/// at position p of this rank's order lies in place p % places() (StepState::window).
class SharedImages {
 public:
  /// Copies this rank's share of the split.
  SharedImages(Device&, const Dataset&, const SharedBatch&);

  const std::uint8_t* window() const { return static_cast<const std::uint8_t*>(window_.data()); }
  std::uint32_t places() const { return std::uint32_t(shared_.rows()); }

  /// Begins a pass of all ranks in this order.
  void begin(std::vector<std::uint32_t> order) { order_ = std::move(order); }

  /// Puts this rank's images of the batch on the device. A collective: every rank calls it for the same step. All
  /// earlier steps must have been enqueued.
  void provide(std::uint32_t step);

 private:
  std::size_t owner(std::uint32_t image) const { return image % std::uint32_t(shared_.ranks->size()); }
  std::vector<std::uint32_t> images_of(int rank, std::uint32_t step) const;

  Device& device_;
  const SharedBatch& shared_;
  std::size_t image_bytes_;
  std::vector<std::uint8_t> share_;
  Memory window_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> sent_, received_, batch_;
};

}  // namespace gs
