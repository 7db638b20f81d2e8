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
  check_whole(data, name);
  const int classes = net.output().c == 1 ? 2 : net.output().c;
  for (const std::int32_t label : data.labels)
    if (label < 0 || label >= classes)
      throw UsageError(fmt::format("a label of the {} is {}, but there are {} classes", name, label, classes));
}

}  // namespace gs
