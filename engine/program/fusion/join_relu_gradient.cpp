// join_relu_gradient.cpp - turns a ReLU's gradient into a mask of the call that writes its output's gradient.
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/relu/relu.h"

namespace gs {

void join_relu_gradient(CallList& list, const Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode& relu = list.nodes[std::size_t(i)];
      if (!relu.as<ReluBackward<T>>() || chooser.fixes(relu.name)) continue;
      const TensorId dx = relu.argument(0), dy = relu.argument(1), y = relu.argument(2);
      const int writer = list.only_writer(dy);
      if (writer < 0 || list.only_reader(dy) != i) continue;
      std::vector<Argument>& arguments = list.nodes[std::size_t(writer)].arguments;
      int gradient = 0;
      while (arguments[std::size_t(gradient)].tensor != dy) ++gradient;
      const int mask = list.nodes[std::size_t(writer)].op->mask_of(gradient);
      if (mask < 0 || arguments[std::size_t(mask)].tensor != no_tensor) continue;
      arguments[std::size_t(gradient)].tensor = dx;
      arguments[std::size_t(mask)].tensor = y;
      list.erase(i--);
    }
  });
}

}  // namespace gs
