// run_steps.h - runs a program's training steps as the trainer does; the test chooses images and order and reads the
// loss of each batch.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/core/error.h"
#include "engine/data/dataset.h"
#include "engine/program/program.h"
#include "kernels/step/step.h"

namespace gs::test {

/// A data set on a program's device, bound as its training data.
class BoundTraining {
 public:
  BoundTraining(Program& program, const Dataset& data)
      : program_(program),
        samples_(std::uint32_t(data.n)),
        images_(program.device(), data.images.size()),
        labels_(program.device(), data.labels.size() * sizeof(std::int32_t)),
        order_(program.device(), std::size_t(data.n) * sizeof(std::uint32_t)) {
    program.device().upload(images_.data(), data.images.data(), images_.bytes());
    program.device().upload(labels_.data(), data.labels.data(), labels_.bytes());
    program.bind_training({static_cast<const std::uint8_t*>(images_.data()),
                           static_cast<const std::int32_t*>(labels_.data()),
                           static_cast<const std::uint32_t*>(order_.data())});
  }

  /// Steps of an epoch; the last may be short.
  int steps() const { return int(program_.shared_batch().division.steps(samples_)); }

  /// Starts an epoch that visits the images in this order.
  void begin(std::uint32_t epoch, const std::vector<std::uint32_t>& order) {
    require(order.size() == samples_, "an order names every image once");
    const SharedBatch& shared = program_.shared_batch();
    const std::vector<std::uint32_t> own = shared.division.part(shared.rank(), order);
    program_.device().upload(order_.data(), own.data(), own.size() * sizeof(std::uint32_t));
    program_.begin_training_epoch(epoch, samples_, program_.recipe().learning_rate);
  }

  /// Metrics of the epoch's first `steps` steps; these must have run.
  std::vector<StepMetrics> metrics(int steps) const {
    program_.device().synchronize();
    std::vector<StepMetrics> result;
    for (int i = 0; i < steps; ++i) {
      result.push_back(program_.ring()[std::uint32_t(i) % program_.ring_capacity()]);
      require(result.back().stamp == std::uint32_t(i) + 1, "the step's metrics are there");
    }
    return result;
  }

  /// Mean loss of each of the epoch's first `steps` steps; these must have run.
  std::vector<float> losses(int steps) const {
    std::vector<float> result;
    for (const StepMetrics& entry : metrics(steps)) result.push_back(entry.loss_sum / float(entry.valid));
    return result;
  }

  /// Runs an epoch, one replay per step; returns the losses.
  std::vector<float> run_epoch(std::uint32_t epoch, const std::vector<std::uint32_t>& order) {
    run_steps(epoch, order);
    return losses(steps());
  }
  void run_steps(std::uint32_t epoch, const std::vector<std::uint32_t>& order) {
    begin(epoch, order);
    for (int i = 0; i < steps(); ++i) program_.train_step();
  }

 private:
  Program& program_;
  std::uint32_t samples_;
  Memory images_, labels_, order_;
};

}  // namespace gs::test
