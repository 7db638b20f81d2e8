// parameter_boundaries.h - offsets of a network's parameters in the flat buffer, for optimizers with one rate per
// parameter (kernels/optimizer/optimizer.h).
#pragma once
#include <algorithm>
#include <vector>

#include "engine/program/flat_layout.h"

namespace gs {

/// The offsets of the parameters among the first `size` floats of the layout, ascending, and `size` itself. The zero
/// padding after a parameter belongs to it, since it changes no norm.
inline std::vector<std::int64_t> parameter_boundaries(const FlatLayout& layout, std::int64_t size) {
  std::vector<std::int64_t> boundaries;
  for (const FlatLayout::Slot& slot : layout.slots)
    if (slot.offset < size) boundaries.push_back(slot.offset);
  std::sort(boundaries.begin(), boundaries.end());
  boundaries.push_back(size);
  return boundaries;
}

}  // namespace gs
