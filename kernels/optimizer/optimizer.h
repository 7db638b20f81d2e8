// optimizer.h - the interface of parameter updates over one flat buffer. The formulas stand with the optimizers: a row
// each in <name>.cpp, which says what optimizers.h declares, and a kernel in <name>.cu.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Optimizer {
  std::string_view name = "adam";  ///< a row's, whose storage it is (optimizers.h)
  std::int64_t size = 1;           ///< parameters
  // Every hyper-parameter that some optimizer takes (optimizers.cpp says what they are).
  float momentum = 0, rho = 0.9f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f, weight_decay = 0;
  bool nesterov = false;
  bool bf16_copy = false;  ///< also write the new parameters as bf16
  /// Offsets of the network's parameters (a layer's weights, its biases) in the flat buffer, for optimizers with a rate
  /// for each: parameter s is [boundaries[s], boundaries[s + 1]), in host memory that outlives every launch.
  const std::int64_t* boundaries = nullptr;
  int segments = 0;
  auto operator<=>(const Optimizer&) const = default;

  /// Number of state buffers of `size` floats (moment1 first), all zero at the start of a run.
  int moments() const;
};

/// One step. moment1 and moment2: the first and the second buffer of the optimizer's state; null if it has fewer. The
/// learning rate and the powers of beta come from the state. copy [size]: the new parameters, rounded, if the problem
/// wants them, else null: what the layers of a network in bf16 read, while what is trained is fp32.
struct Update {
  static constexpr std::string_view name = "update";
  using Problem = Optimizer;
  using Launch = void(float* parameters, float* moment1, float* moment2, bf16* copy, const float* gradients,
                      const StepState*, const Optimizer&, void* workspace, stream_t);
};

Cost cost(Update, const Optimizer&);

}  // namespace gs
