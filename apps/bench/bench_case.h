// bench_case.h - measures one training step of one case.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/program/program.h"

namespace gs::apps {

/// "lenet:32:8": a network, its base width ("-": its default), images per step. Images and classes are those that the
/// network was made for: 128x128x1 in two classes with BCE and Adam; more classes with softmax and, as in their papers,
/// SGD with momentum 0.9.
struct BenchCase {
  std::string text, model;
  int base = 1, batch = 1;
};

/// Throws UsageError that shows the form of a case.
BenchCase parse_case(const std::string& text);

struct BenchLimits {
  double seconds = 5;  ///< measure for this long ...
  int steps = 0;       ///< ... or, if not 0, exactly this many steps
};

/// Steps that are enqueued on a GPU before the host waits, which make one measurement: an epoch of 384, twelve launches
/// of 32; fewer if that would take longer than 0.4 s, but at least 10. bench/step_timing.py has the same rule
/// for PyTorch and JAX, so that a wait has the same weight in all figures.
int steps_between_waits(double seconds_of_a_step);

/// Batches of random images that are kept: 32, fewer if they would take more than 256 MiB. An epoch reads them
/// repeatedly; 256 MiB are more than a GPU's caches hold.
int kept_batches(std::int64_t bytes_of_a_batch);

/// Microseconds a step.
struct StepTimes {
  double median_us = 0, p10_us = 0, p90_us = 0;
  int measured = 0;          ///< measurements
  int steps = 0;             ///< in all measurements
  int steps_each = 1;        ///< in one measurement, enqueued together, then waited for; the last may hold fewer
  double samples_per_s = 0;  ///< batch / median
};

/// One op call of the training list, run alone.
struct OpTime {
  std::string name, implementation;
  double median_us = 0;
  Cost cost;
};

/// A program on random images, ready to be timed.
class BenchRun {
 public:
  BenchRun(const BenchCase&, Device&, Precision, const ImplementationChoice&);

  /// Warms up (at least 3 measurements' steps and a tenth of the time), then measures.
  StepTimes measure(const BenchLimits&);

  /// Times each op call of the training list alone, with a synchronisation after each.
  std::vector<OpTime> measure_ops(const BenchLimits&);

  Program& program() { return program_; }

 private:
  void begin_epoch(int steps);
  double seconds_of(int steps);
  int steps_of_a_measurement(const BenchLimits&);

  Device& device_;
  Program program_;
  Memory images_, labels_, permutation_;
  int steps_left_ = 0;  ///< in the epoch
};

}  // namespace gs::apps
