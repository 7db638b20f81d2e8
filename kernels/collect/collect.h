// collect.h - the menu of keeping what a batch gave: its rows go to their places among those of the whole split.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Collect {
  int n = 1;        ///< rows of a full batch
  int columns = 1;  ///< values a row
  auto operator<=>(const Collect&) const = default;
};

/// all[cursor * batch + i, :] = rows[i, :] for the valid rows i; all is [images of the split, columns], or null:
/// nothing is kept.
template <class T>
struct CollectRows {
  static constexpr std::string_view name = "collect rows";
  using Stored = T;
  using Problem = Collect;
  using Launch = void(float* all, const T* rows, const StepState*, const Collect&, void* workspace, stream_t);
};

template <class T>
Cost cost(CollectRows<T>, const Collect&);

}  // namespace gs
