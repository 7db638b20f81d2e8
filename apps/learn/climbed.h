// climbed.h - a rung after it has run: under the checker, and counted.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "apps/learn/ladder.h"
#include "kernels/sim/textbook/gpus.h"

namespace gs::learn {

struct Climbed {
  Rung rung;
  std::string right_within;                                 ///< "1.4e-07": its largest error at the sizes of its check
  std::string allowed;                                      ///< the bound of that
  std::map<std::string, std::int64_t, std::less<>> counts;  ///< of its kernel, as counted_run() has them, at rung.sizes
  std::int64_t operations;                                  ///< that any solution needs at rung.sizes
  bool tensor_cores;                                        ///< the fp32 rate of a GPU is no bound then

  std::int64_t count(std::string_view name) const { return counts.at(std::string(name)); }
  double occupancy(const textbook::Gpu&) const;
  double least_seconds(const textbook::Gpu&) const;
};

/// Compiles and runs the rung. Throws gs::Error if the checker finds something, or if its result is wrong.
Climbed climbed(const Ladder&, const Rung&);

}  // namespace gs::learn
