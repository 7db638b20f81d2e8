// comparison.h - an output beside what it should be.
#pragma once
#include <optional>

#include "kernels/sim/explanation.h"
#include "kernels/sim/textbook/judge/arrays.h"

namespace gs::judge {

/// The mistake in `output`, if any: M10 if elements were never written, M26 if the first wrong one is NaN, else M09.
/// `nan_among_inputs`: an input has a NaN, which may be the cause.
std::optional<simulator::Explanation> mistake_in(const Array& output, const Expected&, bool nan_among_inputs);

/// M28, if `output` is not bit by bit `before`, which threads in ascending order made. `seed`: of the order now.
std::optional<simulator::Explanation> difference(const Array& output, const std::string& before, unsigned seed);

}  // namespace gs::judge
