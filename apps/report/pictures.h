// pictures.h - pictures of a trained network for the report: filters, feature maps, misclassified images.
#pragma once
#include <nlohmann/json.hpp>

#include "apps/lab/finished.h"
#include "engine/data/image.h"

namespace gs::apps {

/// A trained network and its data.
struct OpenedRun {
  Net net;
  std::vector<float> parameters;    ///< from the best epoch of the whole run
  DataSplits data;                  ///< labels as trained: 1 is the positive class
  std::vector<std::string> labels;  ///< class names by label
};

/// Rebuilds network and data from the flags in run.json and reads best.safetensors. Throws gs::Error.
OpenedRun open_run(const FinishedRun&);

/// A block of the page (apps/report/page/README.md): the filters of the first two convolutions.
nlohmann::ordered_json filters_block(const OpenedRun&, const std::string& name);

/// A block: the outputs of the first two convolutions for one validation image of the positive class, after the ReLU.
nlohmann::ordered_json feature_maps_block(const OpenedRun&, const std::string& name);

/// A block: the misclassified validation images with the largest loss at the best epoch.
nlohmann::ordered_json mistakes_block(const OpenedRun&, const FinishedRun&, const std::string& name);

/// Puts pictures of one size side by side, with a line of one pixel between them, `columns` to a row.
Image mosaic(const std::vector<Image>&, int columns);

/// "data:image/png;base64,..."; empty in a build without OpenCV.
std::string png_uri(const Image&);

}  // namespace gs::apps
