// train_report.h - the text that `gridstride train` prints before and after the epochs.
#pragma once
#include <optional>
#include <string>

#include "apps/run/train_options.h"
#include "engine/program/program.h"
#include "engine/train/run_assessment.h"
#include "engine/train/run_record.h"

namespace gs::apps {

/// Network, data, recipe, device and folder, a line each; also the layers that --init-from and --freeze change.
std::string run_header(const Program&, const TrainOptions&, const DataSplits&, const std::string& positive,
                       const std::optional<RunRecord::InitialWeights>&, const std::string& folder, int width);

/// The assessment of the run, its folder and its time. `page`: a page in the folder to be named, or empty.
/// `waited_seconds`: for pictures, if they were decoded while it trained.
std::string run_footer(const RunAssessment&, const std::string& folder, const std::string& page, double seconds,
                       std::optional<double> waited_seconds, int width);

}  // namespace gs::apps
