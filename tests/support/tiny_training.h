// tiny_training.h - a program bound to a few images of noise; the test runs its training steps.
#pragma once
#include <numeric>

#include "engine/program/program.h"
#include "models/models.h"
#include "tests/support/tiny_data.h"

namespace gs::test {

/// LeNet on 12 images in batches of 4. Two instances train the same bits.
class TinyTraining {
 public:
  explicit TinyTraining(Device& device, const ImplementationChoice& choice = {}, int side = 12)
      : program(lenet({.input = {side, side, 1}, .base = 2}), recipe(), device, choice) {
    const Dataset data = noise_images(images, side, 50, 1);
    std::vector<std::uint32_t> order(images);
    std::iota(order.begin(), order.end(), 0u);
    images_ = uploaded(device, data.images);
    labels_ = uploaded(device, data.labels);
    order_ = uploaded(device, order);
    program.initialize();
    program.bind_training({static_cast<const std::uint8_t*>(images_.data()),
                           static_cast<const std::int32_t*>(labels_.data()),
                           static_cast<const std::uint32_t*>(order_.data())});
  }

  /// Returns the epoch's number of steps.
  int begin_epoch() {
    program.begin_training_epoch(epoch_++, images, 1e-3f);
    return images / batch;
  }

  static constexpr int images = 12, batch = 4;

 private:
  static Recipe recipe() {
    Recipe recipe;
    recipe.batch = batch;
    return recipe;
  }
  Memory images_, labels_, order_;
  std::uint32_t epoch_ = 0;

 public:
  Program program;  // destroyed before the memory it is bound to
};

}  // namespace gs::test
