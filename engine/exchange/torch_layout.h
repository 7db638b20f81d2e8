// torch_layout.h - a network's parameters under PyTorch's names and in its layouts, which ONNX shares.
//
//                  here                           PyTorch
//   convolution    conv1.weight [k, r, s, c]      conv1.weight [k, c, r, s]
//   dense          dense1.weight [out, h w c]     dense1.weight [out, c h w]: PyTorch flattens [c, h, w]
//   normalisation  bn1.gamma, bn1.beta,           bn1.weight, bn1.bias,
//                  bn1.running_mean,              bn1.running_mean,
//                  bn1.running_variance           bn1.running_var
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/core/safetensors.h"
#include "engine/net/net.h"

namespace gs {

/// A parameter's place in PyTorch. Both keep it in rows; a row is [pixels, channels] here, [channels, pixels] there.
struct TorchParameter {
  std::string layer, name;          ///< "bn1", "bn1.weight"
  std::vector<std::int64_t> shape;  ///< PyTorch's
  std::int64_t offset = 0;          ///< in the packed values of all parameters (Program::parameters())
  std::int64_t rows = 1, pixels = 1, channels = 1;

  std::int64_t size() const { return rows * pixels * channels; }
  /// The values in PyTorch's order, from all packed parameters.
  std::vector<float> from(const std::vector<float>& packed) const;
  /// Writes `size()` values that are in PyTorch's order to their place in the packed parameters.
  void into(std::vector<float>& packed, const std::vector<float>& values) const;
};

/// All parameters, in the order of the network. Throws gs::Error if the network reads a flattened map by a layer that
/// is not dense, which depends on the order of the pixels.
std::vector<TorchParameter> torch_parameters(const Net&);

/// The tensors that `export --format safetensors` writes.
SafeTensors torch_weights(const Net&, const std::vector<float>& packed);

}  // namespace gs
