// gates.h - limits on what a right kernel may cost.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kernels/sim/counts.h"
#include "kernels/sim/explanation.h"

namespace gs::judge {

struct Gate {
  std::string quantity;  ///< "sectors a request"
  double naive = 0, at_most = 0;
};

/// "sectors a request; naive 32; at most 4.5". Throws Error.
Gate gate_of(std::string_view text);
double measured(const Gate&, const simulator::Counts&);
/// "sectors a request: yours 32, naive 32, wanted 4.5 or less"
std::string in_words(const Gate&, double yours);
/// The message about the line that costs most of this.
simulator::Explanation too_dear(const Gate&, double yours, const simulator::Counts&);

}  // namespace gs::judge
