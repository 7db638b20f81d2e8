// fuse_conv2d_and_max_pool.cpp - one forward call for a convolution and the max-pool that follows.
#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs {

void fuse_conv2d_and_max_pool(CallList& list, Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      CallNode pool = list.nodes[std::size_t(i)];
      const MaxPool* pooling = pool.as<MaxPoolForward<T>>();
      if (!pooling) continue;
      const TensorId between = pool.argument(2);
      const int writer = list.only_writer(between);
      if (writer < 0 || list.only_reader(between) != i) continue;
      const CallNode conv = list.nodes[std::size_t(writer)];
      const Conv2d* convolution = conv.as<Conv2dForward<T>>();
      if (!convolution) continue;
      // In training the pool may know of the ReLU (join_relu_gradient_to_max_pool), in an evaluation it does not: with
      // the same problem both take the same choice of a tuner. The index byte is the only thing that differs.
      MaxPool after_relu = *pooling;
      after_relu.relu_input |= convolution->relu;
      pool.op = std::make_shared<OpProblemOf<MaxPoolForward<T>>>(after_relu);
      CallNode fused =
          CallList::make<Conv2dPoolForward<T>>(layer_name(conv) + " " + layer_name(pool) + " forward", Pass::forward,
                                               {*convolution, after_relu}, out(pool.argument(0)), out(pool.argument(1)),
                                               in(conv.argument(1)), in(conv.argument(2)), in(conv.argument(3)));
      if (!chooser.prefers(fused, conv, pool, between)) continue;
      list.pooled.emplace_back(between, pool.argument(0));
      list.nodes[std::size_t(i)] = std::move(fused);
      list.erase(writer);
      --i;
    }
  });
}

}  // namespace gs
