// join_relu_gradient_to_max_pool.cpp - a ReLU before a max-pool: if the maximum is 0, the index byte means no gradient.
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/relu/relu.h"

namespace gs {

void join_relu_gradient_to_max_pool(CallList& list, const Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode& relu = list.nodes[std::size_t(i)];
      if (!relu.as<ReluBackward<T>>() || chooser.fixes(relu.name)) continue;
      const TensorId dx = relu.argument(0), dy = relu.argument(1);
      const int writer = list.only_writer(dy);
      if (writer < 0 || list.only_reader(dy) != i) continue;
      CallNode& backward = list.nodes[std::size_t(writer)];
      const MaxPool* pool = backward.as<MaxPoolBackward<T>>();
      if (!pool) continue;
      CallNode& forward = list.nodes[std::size_t(list.only_writer(backward.argument(2)))];
      MaxPool with_relu = *pool;
      with_relu.relu_input = true;
      forward.op = std::make_shared<OpProblemOf<MaxPoolForward<T>>>(with_relu);
      backward.op = std::make_shared<OpProblemOf<MaxPoolBackward<T>>>(with_relu);
      backward.arguments[0].tensor = dx;
      list.erase(i--);
    }
  });
}

}  // namespace gs
