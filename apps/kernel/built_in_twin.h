// built_in_twin.h - the same training by the built-in kernels, beside a run with kernels of the user's own.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/dataset.h"
#include "engine/program/program.h"

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
  /// `program` lives as long as this. `training`: its images. `choice`: of the second program.
  BuiltInTwin(const Program& program, const Dataset& training, const ImplementationChoice& choice);

  /// Does the steps that the first program has done since the last call (TrainerCallbacks::enqueued).
  void follow();
  const Distance& distance() const { return distance_; }

 private:
  void begin_epoch(const StepState& now);
  void step();
  void compare_first_step(const std::vector<float>& before);

  const Program& program_;
  Program twin_;
  std::uint32_t samples_;
  bool begun_ = false;  ///< an epoch
  Memory images_, labels_, permutation_;
  Distance distance_;
};

}  // namespace gs::apps
