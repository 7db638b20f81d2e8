// rank_calls.h - the calls by which ranks exchange values: they add up the gradients of each bucket of layers as soon
// as it is complete, and what single layers need of one another.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/calls/op_call.h"
#include "engine/layers/lowering.h"
#include "engine/program/flat_layout.h"
#include "engine/ranks/gpu_exchanges.h"
#include "engine/ranks/ranks.h"

namespace gs {

/// The flat buffer of gradients and its parts.
struct Gradients {
  const FlatLayout& layout;
  const std::map<std::string, ParameterTensors>& parameters;
  TensorId flat = no_tensor;
};

/// Adds to a list of training calls: "bn1 all-gather" after the call that writes the values; "dense1 all-reduce" after
/// the last call that writes a gradient of dense1; "finish all-reduce" before the update. Small layers that are next to
/// each other in the flat buffer are summed together, unless they are summed at once. `weights` returns the share of
/// each rank in the running step.
void insert_host_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers, const Gradients&, Ranks&,
                           const std::function<std::vector<float>()>& weights);

struct GpuTransport {
  std::function<GpuExchanges&()> exchanges;
  TensorId state = no_tensor;  ///< StepState of the running step
  TensorId whole = no_tensor;  ///< WholeBatch
  /// Every exchange reads and writes it, so that one follows the other: ranks must begin them in the same order, and
  /// nothing else orders the branches of a captured step.
  TensorId order = no_tensor;
};

/// The same on GPUs. "dense1 share" before each all-reduce multiplies by the rank's share of the batch. All calls are
/// work of the stream, and "finish all-reduce" is none: the update only follows it.
void insert_gpu_exchanges(std::vector<OpCall>& calls, const Exchanges& of_layers, const Gradients&, const GpuTransport&,
                          const Registry&, int ranks);

}  // namespace gs
