// freeze.h - layers that keep their weights during training.
#pragma once
#include <string>
#include <vector>

#include "engine/net/net.h"

namespace gs {

/// Freezes the layers whose names fit one of `patterns` ("conv*", "dense1"; * is any text, ? any character, [12] one of
/// these, as in a shell: fnmatch(3)): training changes none of their parameters, and a normalisation uses its running
/// statistics, as in evaluation. Throws UsageError that lists the layers with parameters if a pattern fits none of
/// them, or if nothing is left to train.
void freeze_layers(Net&, const std::vector<std::string>& patterns);

/// The layers of which no parameter is trained.
std::vector<std::string> frozen_layers(const Net&);

}  // namespace gs
