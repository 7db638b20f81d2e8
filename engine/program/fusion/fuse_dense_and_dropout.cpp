// fuse_dense_and_dropout.cpp - one forward call for a dense layer and the dropout that follows.
#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/dense_dropout/dense_dropout.h"

namespace gs {

void fuse_dense_and_dropout(CallList& list, Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode& dropout = list.nodes[std::size_t(i)];
      const Dropout* dropping = dropout.as<DropoutForward<T>>();
      if (!dropping) continue;
      const TensorId between = dropout.argument(1);
      const int writer = list.only_writer(between);
      if (writer < 0 || list.only_reader(between) != i) continue;
      const CallNode dense = list.nodes[std::size_t(writer)];
      const Dense* product = dense.as<DenseForward<T>>();
      if (!product) continue;
      CallNode fused = CallList::make<DenseDropoutForward<T>>(
          layer_name(dense) + " " + layer_name(dropout) + " forward", Pass::forward, {*product, *dropping},
          out(dropout.argument(0)), in(dense.argument(1)), in(dense.argument(2)), in(dense.argument(3)),
          in(dropout.argument(2)));
      if (!chooser.prefers(fused, dense, dropout, between)) continue;
      list.apart.push_back(dense);
      list.nodes[std::size_t(i)] = std::move(fused);
      list.erase(writer);
      --i;
    }
  });
}

}  // namespace gs
