// rules.h - rewrite rules over a list of op calls, one file each. A rule replaces calls by fewer calls with the same
// results; no other part of the engine depends on it.
#pragma once
#include <optional>

#include "engine/layers/lowering.h"
#include "engine/program/chooser.h"

namespace gs {

/// Applies all rules, in the order that they require.
void fuse(CallList&, Chooser&);

// A call for which the user brings a kernel is kept, and so is one whose implementation the user fixed, unless that of
// the fused call is fixed as well.

/// A ReLU becomes part of the call that writes its input, if that op supports it and nothing else reads the input.
void join_relu(CallList&, const Chooser&);

/// The gradient of a ReLU becomes a mask of the call that writes the gradient of its output, if that op supports one:
/// the call writes 0 where the ReLU's output is not positive.
void join_relu_gradient(CallList&, const Chooser&);

/// Likewise for a max-pool after a ReLU: its index byte marks elements without gradient.
void join_relu_gradient_to_max_pool(CallList&, const Chooser&);

/// Dropout between a ReLU and a dense layer needs no backward call. Its output is 0 exactly where the unit was dropped
/// or the ReLU gave 0, so it masks the dense layer's data gradient, which multiplies by 1 / (1 - rate).
void mask_dropout_in_dense(CallList&, const Chooser&);

/// Fuses a convolution and the max-pool that follows (kernels/conv2d_pool); the map between is not written.
void fuse_conv2d_and_max_pool(CallList&, Chooser&);

/// Fuses a max-pool's backward call and the filter gradient of the convolution before it (kernels/conv2d_pool), if
/// nothing else reads the gradient between them: in the first layer, which has no data gradient.
void fuse_max_pool_and_filter_gradient(CallList&, Chooser&);

/// Fuses a max-pool's backward call into both gradients of the convolution before it (kernels/conv2d_pool), if nothing
/// else reads the gradient between them and each is faster than with the pool's call before it. That counts the pool's
/// time twice, for one start of a kernel less on the chain, which a tuner does not see; on a CPU, where a start costs
/// little, the pair can be slower than the three calls by up to one call of the pool. If the implementation of one is
/// fixed, the other is fused, too.
void fuse_max_pool_and_gradients(CallList&, Chooser&);

/// Fuses a dense layer and the dropout that follows (kernels/dense_dropout); the value between is not written.
void fuse_dense_and_dropout(CallList&, Chooser&);

/// Fuses small dense layers at the end, the loss, and the gradients back through these layers (kernels/head): one
/// kernel on the chain instead of three or more. The layers' values and gradients are still written. Not measured by
/// the tuner, since it saves starts of kernels on the chain, not their time alone.
void fuse_head(CallList&, Chooser&);

/// The layer whose parameters are the last trained ones in the flat buffers.
struct LastLayer {
  struct Parameter {
    ParameterTensors tensors;
    TensorId moment1 = no_tensor, moment2 = no_tensor;
  };
  Parameter weight, bias;
  std::int64_t offset = 0;  ///< of the first of them
};
/// A fused call, and those that it has replaced: one or both gradients of the layer, and the update of all layers.
struct FusedUpdate {
  std::string name;
  std::vector<CallNode> gradients;
  CallNode update;
};

/// Fuses the weight gradient of the last layer in the flat buffers and the update of its parameters, if it is a dense
/// layer, a variant fits it (kernels/dense_update: few images, Adam) and only the update reads the gradient,
/// which is then not written; kernels that the user brings along read all gradients. The layer's data gradient is fused
/// as well if a variant computes it (on a CPU) and reads the weights last. The bits are those of `adam` and of the
/// gradients' variants of the same name. Not part of fuse(): a diagnostic step needs the calls that it has replaced.
std::optional<FusedUpdate> fuse_dense_update(CallList&, Chooser&, const LastLayer&);

}  // namespace gs
