// cause.h - the order of the findings of one launch, of which the first is what a learner should mend first.
#pragma once
#include <vector>

#include "kernels/sim/simulator.h"

namespace gs::textbook {

/// Causes come before what follows from them: threads that miss a barrier (M13 to M15) also race; a barrier between
/// warps (M11, M12) is one between lanes (M17), too; a copy that begins too early (M12) has not been waited for (M23).
void put_causes_first(std::vector<simulator::Report>&);

}  // namespace gs::textbook
