// train_report.h - what `gridstride train` prints before and after the epochs.
#pragma once
#include <string>

#include "apps/run/train_options.h"
#include "engine/program/program.h"
#include "engine/train/verdict.h"

namespace gs::apps {

/// Network, recipe, data, device and folder, a line each.
std::string run_header(const Program&, const TrainOptions&, const DataSplits&, const std::string& positive,
                       const std::string& folder, int width);

/// The verdict, and what was written where in what time. `page`: a page in the folder to be named, or nothing.
std::string run_footer(const Verdict&, const std::string& folder, const std::string& page, double seconds, int width);

}  // namespace gs::apps
