// curves_png.h - the curves of runs as a picture, for use without a browser.
#pragma once
#include <filesystem>
#include <vector>

#include "apps/report/report_data.h"

namespace gs::apps {

/// A row a task: loss on the left, accuracy on the right; training thin, validation thick, the best epoch marked. Tasks
/// without curves are left out. Writes nothing in a build without OpenCV. Throws gs::Error if it cannot write.
void write_curves_png(const std::filesystem::path&, const std::vector<ReportTask>&);

}  // namespace gs::apps
