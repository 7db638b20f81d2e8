// explanation_with_counts.h - the text of --explain with the instructions of nvcc's kernels, which are interpreted.
#pragma once
#include <string>

#include "apps/run/train_options.h"

namespace gs::apps {

/// Counts one step on random images, on the device ptx. Null in gridstride-train (commands.h); throws Error if the
/// program interprets no kernels.
[[gnu::weak]] std::string explanation_with_counts(TrainOptions);

}  // namespace gs::apps
