// fuse.cpp - the order of the rules. ReLUs are joined first, since other rules expect them inside calls.
#include "engine/program/fusion/rules.h"

namespace gs {

void fuse(CallList& list, Chooser& chooser) {
  join_relu(list, chooser);
  join_relu_gradient_to_max_pool(list, chooser);
  join_relu_gradient(list, chooser);
  mask_dropout_in_dense(list, chooser);
  fuse_conv2d_and_max_pool(list, chooser);
  fuse_max_pool_and_filter_gradient(list, chooser);
  fuse_max_pool_and_gradients(list, chooser);
  fuse_dense_and_dropout(list, chooser);
  fuse_head(list, chooser);
}

}  // namespace gs
