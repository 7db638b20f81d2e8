// layer_kind.h - the interface of all kinds of layers. Each kind is one file in engine/layers/.
#pragma once
#include <string>
#include <vector>

#include "engine/net/net.h"

namespace gs {

struct Lowering;      // engine/layers/lowering.h
struct LoweredLayer;  // likewise
struct Value;         // likewise

class LayerKind {
 public:
  virtual ~LayerKind() = default;
  virtual std::string describe() const = 0;                 ///< "conv 3x3", "max-pool 2x2/2"
  virtual double forward_flops(const Layer&) const = 0;     ///< for one image
  virtual double forward_bytes(const Layer& layer) const {  ///< for one image: values in and out; parameters once
    return 4.0 * double(layer.input.size() + layer.output.size() + layer.parameter_count());
  }
  /// Adds the op calls of the forward pass to the list that is being compiled, and returns the layer's value and what
  /// adds those of the backward pass.
  virtual LoweredLayer lower(Lowering&, const Layer&, const std::vector<Value>& inputs) const = 0;
};

}  // namespace gs
