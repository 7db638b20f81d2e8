// tuning_check.h - runs a candidate of the autotuner on scratch tensors and checks its results.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/program/tuner.h"

namespace gs {

/// Device memory for all tensors of an op call; inputs hold random numbers in [-1, 1), their samples, or zeros.
class TuningScratch {
 public:
  TuningScratch(Device& device, const OpCall& step, const std::vector<Tensor>& tensors);

  /// Zeroes the outputs, runs the candidate once and returns all outputs. Grows the workspace as needed.
  std::vector<float> results_of(const Candidate&);

  const Addresses& at() const { return at_; }
  /// The workspace of a candidate that results_of() has run. Those without counters share one, which a later
  /// results_of() may move.
  void* workspace(const Candidate&) const;

 private:
  struct Written {
    TensorId id;
    Tensor tensor;
  };

  bool add(TensorId, const std::vector<Tensor>&);
  void fill(TensorId, const Tensor&);

  Device& device_;
  Memory workspace_;
  std::map<const Candidate*, Memory> own_workspaces_;
  std::vector<Memory> memory_;
  std::vector<Written> written_;
  Addresses at_;
};

/// Empty, or the reason to refuse the results: NaN or Inf, or an error above 1% of the largest expected value. If
/// `expected` is null, only the former is checked.
std::string objection(const std::vector<float>& results, const std::vector<float>* expected);

}  // namespace gs
