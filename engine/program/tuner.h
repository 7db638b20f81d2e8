// tuner.h - times the implementations of an op call on the device, with its real shapes, and keeps the fastest.
//
// The default stays unless another candidate wins by more than the spread: its third quartile must lie below the
// default's first quartile. A candidate is refused if it does not run, writes NaN or Inf, or differs from a reference;
// if that is the default, the next one takes its place. The reference is the own variant of lowest rank, the simplest,
// so that it depends on no library.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/calls/call_node.h"
#include "engine/device/device.h"
#include "engine/program/tuning_cache.h"

namespace gs {

/// Microseconds since an arbitrary start.
using Stopwatch = std::function<double()>;
double microseconds_by_the_clock();

/// Tuning result of one op call of a program.
struct TunedCall {
  std::string step, problem;
  TuningResult result;
  bool was_known = false;  ///< read from the cache
};

class Tuner {
 public:
  Tuner(Device& device, TuningCache& cache, Stopwatch now = microseconds_by_the_clock)
      : device_(device), cache_(cache), now_(std::move(now)) {}

  /// Index of the candidate to use. `candidates` begins with the default; own variants are ordered by falling rank.
  /// `step` names the tensors that the call reads and writes; scratch tensors stand in for them. Throws gs::Error if no
  /// candidate can be used, or if one left the device unusable (on a GPU, an illegal access), so that the others cannot
  /// be tried.
  std::size_t choose(const std::string& problem, const OpCall& step, const std::vector<Tensor>& tensors,
                     const std::vector<Candidate>& candidates);

  const std::vector<TunedCall>& steps() const { return steps_; }

 private:
  TuningResult measure(const std::string& problem, const OpCall&, const std::vector<Tensor>&,
                       const std::vector<Candidate>&);

  Device& device_;
  TuningCache& cache_;
  Stopwatch now_;
  std::vector<TunedCall> steps_;
};

}  // namespace gs
