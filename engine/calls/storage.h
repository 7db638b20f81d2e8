// storage.h - storage type of a program's activations: float, or bf16 in a run of that precision.
#pragma once
#include <cstddef>

#include "kernels/common/bf16.h"

namespace gs {

enum class Storage { fp32, bf16 };

constexpr std::size_t bytes_of(Storage storage) {
  return storage == Storage::bf16 ? sizeof(bf16) : sizeof(float);
}

/// Calls f(T()) with the storage type T.
template <class F>
decltype(auto) with_type_of(Storage storage, F&& f) {
  if (storage == Storage::bf16) return f(bf16());
  return f(float());
}

}  // namespace gs
