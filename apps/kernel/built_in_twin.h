// built_in_twin.h - the same training by the built-in kernels, beside a run with kernels of the user's own.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// The distance of two runs on the same batches.
struct Distance {
  std::int64_t steps = 0;
  double largest = 0;             ///< |loss - built-in loss|
  std::int64_t largest_at = 0;    ///< its step, counted from 1
  std::int64_t first_beyond = 0;  ///< the first step whose losses differ by more than rounding usually does; 0: none

  /// Both runs begin it with the same weights. Relative distances: of the loss; of a gradient, to the largest value of
  /// its tensor, the worst of all; of the weights' change, to the largest change.
  struct FirstStep {
    double loss = 0, gradient = 0, change = 0;
    std::string worst_gradient;  ///< "conv1.weight"
  } first;

  void add(double loss, double built_in);
  /// "the losses of 48 steps differ from those of the built-in kernels by at most 3.1e-07 (step 12)", and what is
  /// wrong, if the first step says it.
  std::string words() const;
};

/// Trains a second program on the same batches. It begins as a copy of the first one, which it does not change.
class BuiltInTwin {
 public:
  /// `choice`: of the second program. All live as long as this.
  BuiltInTwin(const Program& program, const DataSplits& data, const ImplementationChoice& choice);

  /// The first program has done a step.
  void step_done(const TrainedStep&);
  const Distance& distance() const { return distance_; }

 private:
  void begin_epoch(const TrainedStep&);
  void compare_first_step(const std::vector<float>& before);

  const Program& program_;
  Program twin_;
  std::uint32_t samples_;
  Memory images_, labels_, permutation_;
  int epoch_ = 0;                     ///< that the twin is in; 0: before the first
  std::uint32_t steps_in_epoch_ = 0;  ///< since it began there
  Distance distance_;
};

}  // namespace gs::apps
