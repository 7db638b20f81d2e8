// built_in_twin.h - the same training by the built-in kernels, beside a run with kernels of the user's own.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// The distance of the losses of two runs, step by step.
struct LossDistance {
  std::int64_t steps = 0;
  double largest = 0;             ///< |a - b|
  std::int64_t largest_at = 0;    ///< its step, counted from 1 over all epochs
  double first_step = 0;          ///< of the first step, relative to the built-in loss
  std::int64_t first_beyond = 0;  ///< the first step whose relative distance rounding does not explain; 0: none

  void add(double loss, double built_in);
  /// "the losses of 48 steps differ from those of the built-in kernels by at most 3.1e-07 (step 12)", and what follows
  /// from where they part.
  std::string words() const;
};

/// Trains a second program on the same batches. It begins as a copy of the first one, which it does not change.
class BuiltInTwin {
 public:
  /// `choice`: of the second program. Both live as long as this.
  BuiltInTwin(const Program& program, const DataSplits& data, const ImplementationChoice& choice);

  /// The first program has done a step.
  void step_done(const TrainedStep&);
  const LossDistance& distance() const { return distance_; }

 private:
  Program twin_;
  std::uint32_t samples_;
  Memory images_, labels_, permutation_;
  int epoch_ = 0;                     ///< that the twin is in; 0: before the first
  std::uint32_t steps_in_epoch_ = 0;  ///< since it began there
  LossDistance distance_;
};

}  // namespace gs::apps
