// fuse_max_pool_and_filter_gradient.cpp - one backward call for a max-pool and the filter gradient of the convolution
// before it.
#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs {

void fuse_max_pool_and_filter_gradient(CallList& list, Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode& filter = list.nodes[std::size_t(i)];
      const Conv2d* convolution = filter.as<Conv2dFilterGradient<T>>();
      if (!convolution) continue;
      const TensorId between = filter.argument(3);
      const int writer = list.only_writer(between);
      if (writer < 0 || list.only_reader(between) != i) continue;
      const CallNode pool = list.nodes[std::size_t(writer)];
      const MaxPool* pooling = pool.as<MaxPoolBackward<T>>();
      if (!pooling) continue;
      CallNode fused = CallList::make<Conv2dPoolFilterGradient<T>>(
          layer_name(filter, "filter gradient") + " " + layer_name(pool, "backward") + " filter gradient",
          Pass::backward, {*convolution, *pooling}, out(filter.argument(0)), out(filter.argument(1)),
          in(filter.argument(2)), in(pool.argument(1)), in(pool.argument(2)));
      if (!chooser.prefers(fused, pool, filter, between)) continue;
      list.nodes[std::size_t(i)] = std::move(fused);
      list.erase(writer);
      --i;
    }
  });
}

}  // namespace gs
