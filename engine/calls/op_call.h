// op_call.h - an op call with its implementation: an entry of the list that a program executes, captures, times and
// prints.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/calls/tensor.h"
#include "kernels/common/variant.h"

namespace gs {

/// Parts of a training step, in order.
enum class Pass { gather, forward, loss, backward, update };
std::string_view to_string(Pass);  ///< the enumerator's name

struct OpCall {
  std::string name;  ///< "conv1 forward", "dense2 weight gradient"
  Pass pass = Pass::forward;
  std::string implementation;  ///< "onednn", "direct"
  std::string note;
  Cost cost;
  std::vector<TensorId> reads, writes;
  TensorId workspace = no_tensor;  ///< only this call uses it; fixed if it has counters, else planned
  std::function<void(const Addresses&, stream_t)> call;
  bool tensor_cores = false;  ///< an own GPU variant in tf32 or bf16 (Variant::arithmetic)
};

}  // namespace gs
