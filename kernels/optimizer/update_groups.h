// update_groups.h - the kernel of optimizers that update each parameter by itself: a step, applied to groups of
// neighbours.
//
// A step is a class, of which a thread constructs one object, so that it computes what its parameters share once:
//   static constexpr int moments;                       // 0, 1 or 2
//   struct Numbers;                                     // made from an Optimizer; the kernel's argument
//   __device__ Step(const Numbers&, const StepState&);
//   __device__ float operator()(float p, float gradient, float (&moment)[2]) const;
// The last returns the parameter's new value and replaces its moments.
//
// On the GPU a thread updates four neighbours at a time: each access has 16 bytes, and one index serves them all. On a
// CPU a group is one parameter, and g++ vectorises the loop. Results do not depend on the width.
//
// A GPU's threads take several groups each, so that few construct a step: two blocks on each of an H200's 132 SMs.
#pragma once
#include <algorithm>

#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {

/// Updates the i-th group of parameters.
template <class Step, int width, class Copy>
__device__ inline void update_group(float* __restrict__ parameters, float* __restrict__ moment1,
                                    float* __restrict__ moment2, const Copy& copy, std::int64_t i,
                                    Run<float, width> gradient, const Step& step) {
  Run<float, width> p = run_at<width>(parameters, i), moment[2] = {};
  if constexpr (Step::moments > 0) moment[0] = run_at<width>(moment1, i);
  if constexpr (Step::moments > 1) moment[1] = run_at<width>(moment2, i);
#pragma unroll
  for (int k = 0; k < width; ++k) {
    float of_one[2] = {moment[0].of[k], moment[1].of[k]};
    p.of[k] = step(p.of[k], gradient.of[k], of_one);
    moment[0].of[k] = of_one[0];
    moment[1].of[k] = of_one[1];
  }
  set_run_at(parameters, i, p);
  if constexpr (Step::moments > 0) set_run_at(moment1, i, moment[0]);
  if constexpr (Step::moments > 1) set_run_at(moment2, i, moment[1]);
  copy(i, p);
}

/// A parameter that a kernel updates in groups of its own.
template <class Copy>
struct UpdatedParameter {
  float* __restrict__ values;
  float* __restrict__ moment1;
  float* __restrict__ moment2;
  Copy copy;

  /// Updates the i-th group.
  template <class Step, int width>
  __device__ void update(std::int64_t i, const Run<float, width>& gradient, const Step& step) const {
    update_group(values, moment1, moment2, copy, i, gradient, step);
  }
};

template <class Step, int width, class Copy>
__global__ void update_groups(float* __restrict__ parameters, float* __restrict__ moment1, float* __restrict__ moment2,
                              Copy copy, const float* __restrict__ gradients, const StepState* __restrict__ state,
                              std::int64_t groups, typename Step::Numbers numbers) {
  const Step step(numbers, *state);
#pragma unroll 1  // the compiler would divide by the number of threads to unroll
  for (std::int64_t i : grid_stride(groups)) {
    const Run<float, width> gradient = run_at<width>(gradients, i);
    update_group(parameters, moment1, moment2, copy, i, gradient, step);
  }
}

template <class Step, int width, class Copy>
void launch_groups(float* parameters, float* moment1, float* moment2, Copy copy, const float* gradients,
                   const StepState* state, const Optimizer& problem, stream_t stream) {
  constexpr std::int64_t most_threads = target == Target::host ? std::int64_t(1) << 62 : 2 * 132 * 256;
  const std::int64_t groups = problem.size / width;
  const std::int64_t of_thread = std::max<std::int64_t>(1, (groups + most_threads - 1) / most_threads);
  launch_elementwise<update_groups<Step, width, Copy>>((groups + of_thread - 1) / of_thread, stream, parameters,
                                                       moment1, moment2, copy, gradients, state, groups,
                                                       typename Step::Numbers(problem));
}

/// Updates all parameters, in groups of four if all buffers allow 16-byte accesses.
template <class Step>
void update_by(float* parameters, float* moment1, float* moment2, bf16* copy, const float* gradients,
               const StepState* state, const Optimizer& problem, void*, stream_t stream) {
  constexpr int width = target == Target::host ? 1 : 4;
  const bool grouped = problem.size % width == 0 && aligned_for<width>(parameters) && aligned_for<width>(moment1) &&
                       aligned_for<width>(moment2) && aligned_for<width>(copy) && aligned_for<width>(gradients);
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    const auto launch = grouped ? &launch_groups<Step, width, Copy> : &launch_groups<Step, 1, Copy>;
    launch(parameters, moment1, moment2, to, gradients, state, problem, stream);
  });
}

}  // namespace gs::GS_TARGET
