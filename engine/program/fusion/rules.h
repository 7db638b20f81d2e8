// rules.h - rewrite rules over a list of op calls, one file each. A rule replaces calls by fewer that leave the same
// values; nothing else in the engine knows that it exists.
#pragma once
#include "engine/program/chooser.h"

namespace gs {

/// All rules, in the order in which they need one another.
void fuse(CallList&, Chooser&);

// A call whose implementation the user fixed stays a call of its own.

/// A ReLU becomes a part of the call that writes its input, if that op can do it and nothing else reads the sum.
void join_relu(CallList&, const Chooser&);

/// The gradient of a ReLU becomes a mask of the call that writes the gradient of its output, if that op can mask: it
/// writes 0 where the ReLU's output is not positive.
void join_relu_gradient(CallList&, const Chooser&);

/// The same for a max-pool behind a ReLU: its index byte says that there is no gradient.
void join_relu_gradient_to_max_pool(CallList&, const Chooser&);

/// Dropout between a ReLU and a dense layer spends no backward call. Its output is 0 exactly where the unit was dropped
/// or the ReLU gave 0, so that output masks the dense layer's data gradient, which multiplies by 1 / (1 - rate).
void mask_dropout_in_dense(CallList&, const Chooser&);

/// One call does a convolution and the max-pool behind it (kernels/conv2d_pool); the map between is not written.
void fuse_conv2d_and_max_pool(CallList&, Chooser&);

/// One call does a dense layer and the dropout behind it (kernels/dense_dropout); the value between is not written.
void fuse_dense_and_dropout(CallList&, Chooser&);

}  // namespace gs
