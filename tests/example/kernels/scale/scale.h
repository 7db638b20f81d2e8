// scale.h - y = a x.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/variant.h"

namespace gs {

struct Scaling {
  std::int64_t size = 1;
  float a = 1;
  auto operator<=>(const Scaling&) const = default;
};

/// y = a x, both [size].
template <class T>
struct Scale {
  static constexpr std::string_view name = "scale";
  using Stored = T;
  using Problem = Scaling;
  using Launch = void(T* y, const T* x, const Scaling&, void* workspace, stream_t);
};

template <class T>
Cost cost(Scale<T>, const Scaling&);

}  // namespace gs
