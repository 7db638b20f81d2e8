// gather.h - the menu of batch assembly: the permutation and the step's cursor pick images, uint8 becomes float in [0,
// 1].
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/technique.h"

namespace gs {

struct Gather {
  int n = 1;                    ///< rows of a full batch
  std::int64_t image_size = 1;  ///< values an image: height * width * channels
  auto operator<=>(const Gather&) const = default;
};

/// For row i < valid: j = permutation[cursor * batch + i], x[i,:] = images[j,:] / 255, labels[i] = all_labels[j].
/// Rows past the valid count get zeros and label 0.
struct GatherBatch {
  using Problem = Gather;
  using Launch = void(float* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                      const std::uint32_t* permutation, const StepState*, const Gather&, void* workspace, stream_t);
};

Cost cost(GatherBatch, const Gather&);

}  // namespace gs
