// run_diagnostics.h - findings from the diagnostic steps of a run: dead ReLUs, and updates that are too large or small.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/program/diagnosis.h"

namespace gs {

class RunDiagnostics {
 public:
  /// Adds the diagnosis of one epoch. Returns a warning, once per run, if there is a dead layer: it passes no gradient
  /// down, so the layers below it will not learn again. Otherwise empty.
  std::string add(const Diagnosis&);

  /// Findings for RunAssessment: sentences with their evidence, the most serious first.
  std::vector<std::string> findings() const;

  /// First layer whose ReLUs were all silent on the last `memory` diagnostic batches; empty if there is none.
  std::string dead_layer() const;

 private:
  static constexpr std::size_t memory = 5;  ///< diagnostic batches on which a dead ReLU is silent

  struct SilentShare {
    std::string layer;
    std::size_t silent = 0, channels = 0;
  };
  std::vector<SilentShare> silent_shares() const;
  double largest_ratio(std::string* parameter) const;

  std::vector<Diagnosis> last_;  ///< at most `memory`, the newest last
  bool said_ = false;
};

}  // namespace gs
