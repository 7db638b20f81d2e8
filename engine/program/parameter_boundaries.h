// parameter_boundaries.h - where the parameters of a network lie in the flat buffer, for optimizers with a rate for
// each (kernels/optimizer/optimizer.h).
#pragma once
#include <algorithm>
#include <vector>

#include "engine/program/flat_layout.h"

namespace gs {

/// The offsets of the parameters among the first `size` floats of the layout, ascending, and `size` itself. The zeros
/// behind a parameter belong to it: they change no norm.
inline std::vector<std::int64_t> parameter_boundaries(const FlatLayout& layout, std::int64_t size) {
  std::vector<std::int64_t> boundaries;
  for (const FlatLayout::Slot& slot : layout.slots)
    if (slot.offset < size) boundaries.push_back(slot.offset);
  std::sort(boundaries.begin(), boundaries.end());
  boundaries.push_back(size);
  return boundaries;
}

}  // namespace gs
