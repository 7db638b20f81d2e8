// predict.h - asks a trained network about images.
#pragma once
#include <vector>

#include "engine/data/dataset.h"
#include "engine/program/program.h"

namespace gs {

/// The network's outputs for the images in evaluation mode, [images, outputs]: logits, of which the sigmoid (bce) or
/// the softmax is the probability. The labels may be missing. Throws UsageError if the images do not fit the network.
std::vector<float> predict(Program&, Dataset images);

}  // namespace gs
