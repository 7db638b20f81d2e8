// mask_dropout_in_dense.cpp - removes the backward call of a dropout between a ReLU and a dense layer.
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/dense/dense.h"
#include "kernels/dropout/dropout.h"

namespace gs {

void mask_dropout_in_dense(CallList& list, const Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      CallNode& backward = list.nodes[std::size_t(i)];
      const Dropout* dropout = backward.as<DropoutBackward<T>>();
      if (!dropout || backward.argument(2) == no_tensor) continue;  // no ReLU before it

      // The dropout's output is also 0 where the ReLU's is. It is the mask: a fused forward call writes only that one.
      TensorId y = no_tensor;
      for (const CallNode& node : list.nodes)
        if (const Dropout* forward = node.as<DropoutForward<T>>(); forward && forward->layer == dropout->layer)
          y = node.argument(0);
      backward.arguments[2].tensor = y;

      const TensorId dx = backward.argument(0), dy = backward.argument(1);
      const int writer = list.only_writer(dy);
      if (chooser.fixes(backward.name) || writer < 0 || list.only_reader(dy) != i) continue;
      CallNode& dense = list.nodes[std::size_t(writer)];
      const Dense* problem = dense.as<DenseDataGradient<T>>();
      if (!problem || dense.argument(3) != no_tensor) continue;
      Dense scaled = *problem;
      scaled.mask_scale = dropout->scale();
      dense.op = std::make_shared<OpProblemOf<DenseDataGradient<T>>>(scaled);
      dense.arguments[0].tensor = dx;
      dense.arguments[3].tensor = y;
      list.erase(i--);
    }
  });
}

}  // namespace gs
