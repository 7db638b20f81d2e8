// check_fits.cpp - the first mismatch is named.
#include "engine/train/check_fits.h"

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {

void check_fits(const Dataset& data, const Net& net, const char* name) {
  if (data.n < 1) throw UsageError(fmt::format("there are no {}", name));
  if (data.h != net.input.h || data.w != net.input.w || data.c != net.input.c)
    throw UsageError(fmt::format("the {} are {}x{}x{}, but {} takes {}x{}x{}", name, data.h, data.w, data.c, net.name,
                                 net.input.h, net.input.w, net.input.c));
  if (data.images.size() != std::size_t(data.n) * data.image_size())
    throw UsageError(fmt::format("the {} have {} bytes; {} of {}x{}x{} have {}", name, data.images.size(), data.n,
                                 data.h, data.w, data.c, std::size_t(data.n) * data.image_size()));
  if (data.labels.size() != std::size_t(data.n))
    throw UsageError(fmt::format("the {} have {} labels; there are {} images", name, data.labels.size(), data.n));
  const int classes = net.output().c == 1 ? 2 : net.output().c;
  for (const std::int32_t label : data.labels)
    if (label < 0 || label >= classes)
      throw UsageError(fmt::format("a label of the {} is {}, but there are {} classes", name, label, classes));
}

}  // namespace gs
