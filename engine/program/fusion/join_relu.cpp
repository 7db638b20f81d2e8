// join_relu.cpp - joins a ReLU to the convolution, dense layer, normalisation or sum before it.
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/relu/relu.h"

namespace gs {

void join_relu(CallList& list, const Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode& relu = list.nodes[std::size_t(i)];
      if (!relu.as<ReluForward<T>>() || chooser.fixes(relu.name)) continue;
      const TensorId y = relu.argument(0), x = relu.argument(1);
      const int writer = list.only_writer(x);
      if (writer < 0 || list.only_reader(x) != i) continue;
      const auto joined = list.nodes[std::size_t(writer)].op->with_relu();
      if (!joined) continue;
      list.nodes[std::size_t(writer)].op = joined;
      list.erase(i--);
      list.replace(y, x);
      list.rectified.push_back(x);
    }
  });
}

}  // namespace gs
