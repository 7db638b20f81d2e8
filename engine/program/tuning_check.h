// tuning_check.h - what a candidate of the autotuner writes, on tensors made for it, and what may be wrong with it.
#pragma once
#include <string>
#include <vector>

#include "engine/program/tuner.h"

namespace gs {

/// Device memory for all tensors of a step, the read ones filled with numbers of both signs.
class TuningScratch {
 public:
  TuningScratch(Device& device, const OpCall& step, const std::vector<Tensor>& tensors);

  /// All written tensors, after one call that began with zeros in them. The workspace grows as far as this one needs.
  std::vector<float> results_of(const Candidate&);

  const Addresses& at() const { return at_; }
  /// Large enough for all whose results were asked for; it stays where it is until the next are.
  void* workspace() const { return workspace_.data(); }

 private:
  struct Written {
    TensorId id;
    Tensor tensor;
  };

  bool add(TensorId, const std::vector<Tensor>&);
  void fill(TensorId, const Tensor&);

  Device& device_;
  Memory workspace_;
  std::vector<Memory> memory_;
  std::vector<Written> written_;
  Addresses at_;
};

/// Empty, or why the results cannot be right: a number that is not finite, or one far from the expected. With nothing
/// expected, only the former.
std::string objection(const std::vector<float>& results, const std::vector<float>* expected);

}  // namespace gs
