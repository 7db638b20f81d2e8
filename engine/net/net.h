// net.h - a network: a directed acyclic graph of layers, with shapes and parameter counts. It knows no device and no
// training options. NetBuilder (net_builder.h) makes one.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/net/shape.h"

namespace gs {

class LayerKind;  // layer_kind.h

/// Distribution of a parameter's initial values.
struct InitialValues {
  enum class Kind { glorot_uniform, normal, constant } kind = Kind::glorot_uniform;
  float value = 0;  ///< the standard deviation of normal (mean 0), or the constant
};

/// A tensor that a layer keeps from step to step.
struct Parameter {
  std::string name;                      ///< "conv1.weight"
  std::vector<std::int64_t> shape;       ///< {k, r, s, c}, {out, in} or {k}
  std::int64_t fan_in = 0, fan_out = 0;  ///< as in Glorot's formula; 0 for a bias
  InitialValues initial = {};            ///< a bias starts at 0 unless the model says otherwise
  bool trained = true;                   ///< false: frozen, or a running statistic, which the forward pass updates
  std::int64_t size() const;
};

/// A layer of a network, with its inputs, output shape and parameters.
struct Layer {
  std::string name;  ///< "conv1", "pool1", "flatten", "dense2"
  std::shared_ptr<const LayerKind> kind;
  std::vector<int>
      inputs;           ///< layers whose outputs this one reads, all before it; network_input for the network's input
  Shape input, output;  ///< shapes of the first input and of the output
  std::vector<Parameter> parameters;
  std::int64_t parameter_count() const;
  double forward_flops() const;  ///< for one image
  double forward_bytes() const;  ///< for one image: activations in and out; parameters once
};

inline constexpr int network_input = -1;

struct Net {
  std::string name;
  Shape input;
  std::vector<Layer> layers;  ///< topologically sorted; the last one's output is the network's
  Shape output() const { return layers.empty() ? input : layers.back().output; }
  Shape shape_of(int layer) const { return layer == network_input ? input : layers[std::size_t(layer)].output; }
  std::int64_t parameter_count() const;
  std::int64_t trained_parameter_count() const;
};

/// A Keras-like table: layer, output shape, parameters, FLOPs, bytes (one image), and totals.
std::string summary(const Net&);

}  // namespace gs
