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
#include "engine/ranks/ranks.h"

namespace gs {

/// Adds them to a list of training calls: each exchange of a layer after its call; "dense1 all-reduce" after the last
/// call that writes a gradient of dense1, "finish all-reduce" before the update. Small layers that are next to each
/// other in the flat buffer are summed together. `weights` returns the share of each rank in the running step.
void insert_exchanges(std::vector<OpCall>& calls, const std::vector<Exchange>& of_layers, const FlatLayout&,
                      const std::map<std::string, ParameterTensors>&, TensorId flat_gradients, Ranks&,
                      const std::function<std::vector<float>()>& weights);

}  // namespace gs
