// initial_weights.h - --init-from: a run that starts from the weights of another one.
#pragma once
#include <string>

#include "engine/program/program.h"
#include "engine/train/run_record.h"

namespace gs::apps {

/// Replaces the initial parameters of the program by those of `from`, a run (its best epoch) or a .safetensors file,
/// in each layer that they fit. Throws UsageError that begins with the flag if the file cannot be read or fits no
/// layer.
RunRecord::InitialWeights start_from(const std::string& from, Program&);

/// The same, to repeat what `recorded` says of `run`. Throws gs::Error if the weights are no longer the same.
void start_again_from(const RunRecord::InitialWeights& recorded, const std::string& typed, const std::string& run,
                      Program&);

/// "conv1, conv2 from runs/a; as initialised: dense1 (dense1.weight is [10, 84] there, [1, 84] here)"
std::string words_of(const RunRecord::InitialWeights&);

}  // namespace gs::apps
