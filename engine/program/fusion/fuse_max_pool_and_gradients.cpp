// fuse_max_pool_and_gradients.cpp - a max-pool's backward call becomes part of the data and the filter gradient of the
// convolution before it.
#include "engine/program/fusion/layer_name.h"
#include "engine/program/fusion/rules.h"
#include "engine/program/fusion/storage_types.h"
#include "kernels/conv2d_pool/conv2d_pool.h"

namespace gs {
namespace {

/// The calls that read the gradient between the pool and the convolution, by index in the list.
struct GradientReaders {
  int data = -1, filter = -1;
};

/// Both -1 if another call reads the gradient, too.
template <class T>
GradientReaders readers_of(const CallList& list, TensorId between) {
  GradientReaders found;
  int readers = 0;
  for (int i = 0; i < int(list.nodes.size()); ++i) {
    const CallNode& node = list.nodes[std::size_t(i)];
    if (!node.reads(between)) continue;
    ++readers;
    if (node.as<Conv2dDataGradient<T>>() && node.argument(1) == between) found.data = i;
    if (node.as<Conv2dFilterGradient<T>>() && node.argument(3) == between) found.filter = i;
  }
  return readers == 2 ? found : GradientReaders();
}

}  // namespace

void fuse_max_pool_and_gradients(CallList& list, Chooser& chooser) {
  for_each_storage_type([&]<class T>(T) {
    for (int i = 0; i < int(list.nodes.size()); ++i) {
      const CallNode pool = list.nodes[std::size_t(i)];
      const MaxPool* pooling = pool.as<MaxPoolBackward<T>>();
      if (!pooling) continue;
      const TensorId between = pool.argument(0), dy = pool.argument(1), argmax = pool.argument(2);
      const GradientReaders readers = readers_of<T>(list, between);
      if (readers.data < 0 || readers.filter < 0) continue;
      CallNode& data = list.nodes[std::size_t(readers.data)];
      CallNode& filter = list.nodes[std::size_t(readers.filter)];
      const Conv2dPool problem{*data.as<Conv2dDataGradient<T>>(), *pooling};
      const auto name = [&](const CallNode& call, const std::string& pass) {
        return layer_name(call, pass) + " " + layer_name(pool, "backward") + " " + pass;
      };
      CallNode fused_data = CallList::make<Conv2dPoolDataGradient<T>>(
          name(data, "data gradient"), Pass::backward, problem, out(data.argument(0)), in(dy), in(argmax),
          in(data.argument(2)), in(data.argument(3)));
      CallNode fused_filter = CallList::make<Conv2dPoolFilterGradient<T>>(
          name(filter, "filter gradient"), Pass::backward, problem, out(filter.argument(0)), out(filter.argument(1)),
          in(filter.argument(2)), in(dy), in(argmax));
      bool apart = false;  // both are asked, since both names are noted
      for (const CallNode* fused : {&fused_data, &fused_filter})
        apart |= chooser.keeps_apart(fused->name, {pool.name, data.name, filter.name});
      if (apart || !chooser.has_own(fused_data) || !chooser.has_own(fused_filter)) continue;
      // One cannot be had without the other.
      const bool is_named = chooser.names(fused_data) || chooser.names(fused_filter);
      if (!is_named &&
          (!chooser.prefers(fused_data, pool, data, between) || !chooser.prefers(fused_filter, pool, filter, between)))
        continue;
      data = std::move(fused_data);
      filter = std::move(fused_filter);
      list.erase(i--);
    }
  });
}

}  // namespace gs
