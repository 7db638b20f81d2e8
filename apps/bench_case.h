// bench_case.h - measuring one training step of one case.
#pragma once
#include <string>
#include <vector>

#include "engine/program/program.h"

namespace gs::apps {

/// "lenet:32:8": a network, its base width ("-": its own), images a step. Images and classes are those that the network
/// was made for: 128x128x1 in two classes with BCE and Adam; more classes with softmax and, as in their papers, SGD
/// with momentum 0.9.
struct BenchCase {
  std::string text, model;
  int base = 1, batch = 1;
};

/// Throws UsageError that says what a case looks like.
BenchCase parse_case(const std::string& text);

struct BenchLimits {
  double seconds = 5;  ///< measure for this long ...
  int steps = 0;       ///< ... or, if not 0, exactly this many steps
};

/// Microseconds a step.
struct StepTimes {
  double median_us = 0, p10_us = 0, p90_us = 0;
  int measured = 0;          ///< measurements
  int steps_each = 1;        ///< steps in one measurement, enqueued together, then waited for
  double samples_per_s = 0;  ///< batch / median
};

/// One step of the program's list, run alone.
struct OpTime {
  std::string name, implementation;
  double median_us = 0;
  Cost cost;
};

/// A program on random images, ready to be timed.
class BenchRun {
 public:
  BenchRun(const BenchCase&, Device&, Precision, const ImplementationChoice&);

  /// Warms up (at least 3 steps and a tenth of the time), then measures.
  StepTimes measure(const BenchLimits&);

  /// Times each step of the list by itself, the device waiting after each.
  std::vector<OpTime> measure_ops(const BenchLimits&);

  Program& program() { return program_; }

 private:
  void begin_epoch();
  void run_steps(int count);

  Device& device_;
  Program program_;
  Memory images_, labels_, permutation_;
  int batches_left_ = 0;
};

}  // namespace gs::apps
