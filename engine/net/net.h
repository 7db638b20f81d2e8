// net.h - what a network is: a directed acyclic graph of layers, with shapes and parameter counts. Immutable, no
// device, no training knobs. NetBuilder (net_builder.h) makes one.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/net/shape.h"

namespace gs {

class LayerKind;  // layer_kind.h

/// The distribution that the initial values of a parameter are drawn from.
struct InitialValues {
  enum class Kind { glorot_uniform, normal, constant } kind = Kind::glorot_uniform;
  float value = 0;  ///< the standard deviation of normal (mean 0), or the constant
};

/// A tensor that belongs to a layer and is kept from step to step.
struct Parameter {
  std::string name;                      ///< "conv1.weight"
  std::vector<std::int64_t> shape;       ///< {k, r, s, c}, {out, in} or {k}
  std::int64_t fan_in = 0, fan_out = 0;  ///< Glorot's; 0 for a bias
  InitialValues initial = {};            ///< a bias starts at 0 unless the model says otherwise
  bool trained = true;                   ///< false: the forward pass keeps it up to date (running statistics)
  std::int64_t size() const;
};

/// A layer in its place: the values that go in, the one that comes out, the parameters.
struct Layer {
  std::string name;  ///< "conv1", "pool1", "flatten", "dense2"
  std::shared_ptr<const LayerKind> kind;
  std::vector<int>
      inputs;           ///< layers whose outputs this one reads, all before it; network_input for the network's input
  Shape input, output;  ///< of the first input; of what comes out
  std::vector<Parameter> parameters;
  std::int64_t parameter_count() const;
  double forward_flops() const;  ///< for one image
  double forward_bytes() const;  ///< for one image: activations in and out; parameters once
};

inline constexpr int network_input = -1;

struct Net {
  std::string name;
  Shape input;
  std::vector<Layer> layers;  ///< each behind those that it reads; the last one's output is the network's
  Shape output() const { return layers.empty() ? input : layers.back().output; }
  Shape shape_of(int layer) const { return layer == network_input ? input : layers[std::size_t(layer)].output; }
  std::int64_t parameter_count() const;
  std::int64_t trained_parameter_count() const;
};

/// A Keras-like table: layer, output shape, parameters, FLOPs, bytes (one image), and totals.
std::string summary(const Net&);

}  // namespace gs
