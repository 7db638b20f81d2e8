// take_weights.h - starts a network from the weights of another one, layer by layer.
#pragma once
#include <string>
#include <vector>

#include "engine/core/safetensors.h"
#include "engine/net/net.h"

namespace gs {

struct TakenWeights {
  std::vector<std::string> taken;   ///< names of layers
  std::vector<std::string> left;    ///< layers that keep their values, with the reason: "dense2 (no dense2.bias there)"
  std::vector<std::string> unused;  ///< tensors that are no parameter of the network
};

/// Replaces the values of each layer in `packed` (as Program::parameters()) whose parameters are all in the file, with
/// their shapes. A checkpoint of ours has our names and layouts, any other file PyTorch's (torch_layout.h). Throws
/// gs::Error that names the file if no layer fits, or if a tensor that fits holds other numbers than 32-bit floats.
TakenWeights take_weights(const Net&, const SafeTensors& file, std::vector<float>& packed);

}  // namespace gs
