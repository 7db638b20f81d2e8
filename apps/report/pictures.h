// pictures.h - pictures of a trained network for the report: filters, feature maps, the images it gets wrong.
#pragma once
#include <nlohmann/json.hpp>

#include "apps/lab/finished.h"
#include "engine/data/image.h"

namespace gs::apps {

/// A trained network and its data, for looking inside.
struct OpenedRun {
  Net net;
  std::vector<float> parameters;    ///< of the best epoch of the whole run
  DataSplits data;                  ///< labels as trained: 1 is the positive class
  std::vector<std::string> labels;  ///< class names by label
};

/// Rebuilds network and data from the flags in run.json and reads best.safetensors. Throws gs::Error.
OpenedRun open_run(const FinishedRun&);

/// A block of the page (apps/report/page/README.md): the filters of the first two convolutions.
nlohmann::ordered_json filters_block(const OpenedRun&, const std::string& name);

/// What the first two convolutions make of one validation image of the positive class, after the ReLU.
nlohmann::ordered_json feature_maps_block(const OpenedRun&, const std::string& name);

/// The validation images whose loss at the best epoch is largest among those that are wrong.
nlohmann::ordered_json mistakes_block(const OpenedRun&, const FinishedRun&, const std::string& name);

/// Puts pictures of one size side by side, with a line of one pixel between them, `columns` to a row.
Image mosaic(const std::vector<Image>&, int columns);

/// "data:image/png;base64,..."; empty in a build without OpenCV.
std::string png_uri(const Image&);

}  // namespace gs::apps
