// op_call.h - a call of an op that can be run: an entry of the list that a program executes, captures, times and
// prints.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/calls/tensor.h"
#include "kernels/common/variant.h"

namespace gs {

/// The parts of a training step, in their order.
enum class Pass { gather, forward, loss, backward, update };
std::string_view to_string(Pass);  ///< the same words

struct OpCall {
  std::string name;  ///< "conv1 forward", "dense2 weight gradient"
  Pass pass = Pass::forward;
  std::string implementation;  ///< "onednn", "direct"
  std::string note;
  Cost cost;
  std::vector<TensorId> reads, writes;
  TensorId workspace = no_tensor;  ///< a planned tensor that only this call uses
  std::function<void(const Addresses&, stream_t)> call;
  bool tensor_cores = false;  ///< an own variant that declares them (Variant::arithmetic)
};

}  // namespace gs
