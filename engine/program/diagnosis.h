// diagnosis.h - what a diagnostic training step leaves: per layer what is alive and finite, per parameter how far the
// update moved it.
#pragma once
#include <string>
#include <vector>

#include "kernels/diagnose/diagnose.h"

namespace gs {

struct LayerDiagnosis {
  std::string layer;  ///< "conv1"
  bool relu = false;  ///< its output comes out of a ReLU
  std::vector<ChannelActivity> channels;
};

struct ParameterDiagnosis {
  std::string parameter;  ///< "conv1.weight"
  UpdateSums sums;
  /// |after - before| / |before|, Euclidean; 0 where the parameter was all 0.
  double update_to_weight() const;
};

struct Diagnosis {
  std::vector<LayerDiagnosis> layers;          ///< convolutions and dense layers, in the order of the net
  std::vector<ParameterDiagnosis> parameters;  ///< likewise

  /// The first place of a value that is NaN, Inf or too large (is_broken): in the forward pass by layer, in the
  /// weights that it began with or in its output ("the output of conv2 (5 values)"), else in the backward pass from the
  /// last layer down, else in what the update made of the weights. Empty when all is sound. A library's ReLU may have
  /// made an output's NaN 0.
  std::string first_broken() const;
};

}  // namespace gs
