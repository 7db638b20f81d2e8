// share.h - the gradients of a rank as its part of the mean over the images of all ranks.
#pragma once
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

/// The batches of all ranks together, in device memory: a captured step reads it.
struct WholeBatch {
  std::uint32_t batch = 0;    ///< rows of a full batch
  std::uint32_t samples = 0;  ///< images in the split

  /// Images of all ranks in the batch of that number.
  GS_BOTH std::uint32_t valid(std::uint32_t cursor) const {
    StepState all;
    all.cursor = cursor;
    all.batch = batch;
    all.samples = samples;
    return all.valid();
  }
};

struct GradientShare {
  std::int64_t size = 1;
  auto operator<=>(const GradientShare&) const = default;
};

/// dw[i] = share dw[i], [size], where share = the rank's images of the batch / those of all ranks. 0 if the rank has
/// none, even if dw is NaN.
struct WeighGradients {
  static constexpr std::string_view name = "weigh gradients";
  using Problem = GradientShare;
  using Launch = void(float* dw, const StepState*, const WholeBatch*, const GradientShare&, void* workspace, stream_t);
};

Cost cost(WeighGradients, const GradientShare&);

}  // namespace gs
