// dropout_draw.h - the factors of inverted dropout, drawn from Philox; shared by all kernels with dropout, forward and
// backward.
#pragma once
#include "kernels/common/kernel.h"
#include "kernels/common/philox.h"
#include "kernels/dropout/dropout.h"

namespace gs::GS_TARGET {

/// Factors of the elements 4 group .. 4 group + 3 of the whole batch: 0 or `scale`.
struct DropoutFactors {
  float value[4];
};

__device__ inline DropoutFactors draw_dropout(const StepState& state, const Dropout& problem, std::int64_t group,
                                              float scale) {
  if (problem.rate == 0) return {{scale, scale, scale, scale}};
  const Random4 random =
      philox4x32({{std::uint32_t(group), std::uint32_t(state.step), std::uint32_t(state.step >> 32), problem.layer}},
                 std::uint32_t(state.seed), std::uint32_t(state.seed >> 32));
  DropoutFactors factors;
  for (int j = 0; j < 4; ++j) factors.value[j] = uniform(random.word[j]) >= problem.rate ? scale : 0.0f;
  return factors;
}

/// The factors of single elements. Consecutive requests within a group of four share a draw.
class DropoutMask {
 public:
  __device__ DropoutMask(const StepState& state, const Dropout& problem, float scale)
      : state_(state), problem_(problem), scale_(scale) {}

  __device__ float at(std::int64_t i) {
    i += problem_.first;
    if (i / 4 != group_) {
      group_ = i / 4;
      factors_ = draw_dropout(state_, problem_, group_, scale_);
    }
    // Not value[i % 4]: a run-time index would move the four values out of registers.
    const float even = i & 2 ? factors_.value[2] : factors_.value[0];
    const float odd = i & 2 ? factors_.value[3] : factors_.value[1];
    return i & 1 ? odd : even;
  }

 private:
  const StepState& state_;
  const Dropout& problem_;
  float scale_;
  std::int64_t group_ = -1;
  DropoutFactors factors_{};
};

}  // namespace gs::GS_TARGET
