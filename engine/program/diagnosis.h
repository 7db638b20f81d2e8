// diagnosis.h - results of a diagnostic step: activity and broken values per channel, update sizes per parameter.
#pragma once
#include <string>
#include <vector>

#include "kernels/diagnose/diagnose.h"

namespace gs {

struct LayerDiagnosis {
  std::string layer;  ///< "conv1"
  bool relu = false;  ///< `channels` were counted after a ReLU
  std::vector<ChannelActivity> channels;
};

struct ParameterDiagnosis {
  std::string parameter;  ///< "conv1.weight"
  UpdateSums sums;
  /// |after - before| / |before|, Euclidean norms; 0 if the parameter was all 0.
  double update_to_weight() const;
};

struct Diagnosis {
  std::vector<LayerDiagnosis> layers;          ///< layers with parameters, in the order of the net
  std::vector<ParameterDiagnosis> parameters;  ///< trained ones, likewise

  /// The first place of a value that is NaN, Inf or too large (is_broken): in the forward pass by layer, first its
  /// weights before the step, then its output ("the output of conv2 (5 values)"); else in the backward pass from the
  /// last layer down; else in the updated weights. Empty if all values are sound. A library's ReLU may have turned NaN
  /// into 0.
  std::string first_broken() const;
};

}  // namespace gs
