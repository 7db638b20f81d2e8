// doctor.h - what the diagnostic steps of a run add up to: dead ReLUs, and updates that are too large or too small.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/program/diagnosis.h"

namespace gs {

class Doctor {
 public:
  /// Takes in the diagnosis of one epoch. Returns what should be said at once because it is hopeless, once a run: a
  /// layer whose ReLUs have all been silent on the last few diagnostic batches passes no gradient down, so nothing
  /// below it will learn again. Empty otherwise.
  std::string look(const Diagnosis&);

  /// Findings for the verdict at the end: sentences with their evidence, the gravest first.
  std::vector<std::string> findings() const;

  /// A layer all of whose ReLUs are silent; empty if there is none.
  std::string dead_layer() const;

 private:
  static constexpr std::size_t memory = 5;  ///< diagnostic batches that a ReLU must be silent on to be called dead

  struct SilentShare {
    std::string layer;
    std::size_t silent = 0, channels = 0;
  };
  std::vector<SilentShare> silent_shares() const;
  double largest_ratio(std::string* parameter) const;

  std::vector<Diagnosis> last_;  ///< at most `memory`, the newest at the end
  bool said_ = false;
};

}  // namespace gs
