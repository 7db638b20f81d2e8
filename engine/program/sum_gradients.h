// sum_gradients.h - the calls that add up the gradients of several ranks, each as soon as its layers have written them.
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

/// Adds them to a list of training calls: "dense1 all-reduce" after the last call that writes a gradient of dense1,
/// "finish all-reduce" before the update. Small layers that are next to each other in the flat buffer are summed
/// together. `weights` returns the share of each rank in the running step.
void insert_sums(std::vector<OpCall>& calls, const FlatLayout&, const std::map<std::string, ParameterTensors>&,
                 TensorId flat_gradients, Ranks&, std::function<std::vector<float>()> weights);

}  // namespace gs
