// layer_kind.h - the interface of layer kinds. Each kind is one file in engine/layers/.
#pragma once
#include <string>
#include <vector>

#include "engine/net/layer_form.h"
#include "engine/net/net.h"

namespace gs {

struct Lowering;      // engine/layers/lowering.h
struct LoweredLayer;  // likewise
struct Value;         // likewise

class LayerKind {
 public:
  virtual ~LayerKind() = default;
  virtual std::string describe() const = 0;                 ///< "conv 3x3", "max-pool 2x2/2"
  virtual LayerForm form() const = 0;                       ///< for other programs
  virtual double forward_flops(const Layer&) const = 0;     ///< for one image
  virtual double forward_bytes(const Layer& layer) const {  ///< for one image: values in and out; parameters once
    return 4.0 * double(layer.input.size() + layer.output.size() + layer.parameter_count());
  }
  /// Appends the op calls of the forward pass; returns the layer's output and a function that appends those of the
  /// backward pass.
  virtual LoweredLayer lower(Lowering&, const Layer&, const std::vector<Value>& inputs) const = 0;
};

}  // namespace gs
