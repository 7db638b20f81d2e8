// optimizer.h - the interface of parameter updates over one flat buffer. Each optimizer has its formula and row
// (optimizers.h) in <name>.cpp and its kernels in <name>.cu.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Optimizer {
  std::string_view name = "adam";  ///< name of a row (optimizers.h), which owns the string
  std::int64_t size = 1;           ///< number of parameters
  // The hyper-parameters of all optimizers (optimizers.cpp describes them).
  float momentum = 0, rho = 0.9f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-7f, weight_decay = 0;
  bool nesterov = false;
  bool bf16_copy = false;  ///< also write the new parameters as bf16
  /// Offsets of the parameter tensors (a layer's weights, its biases) in the flat buffer, for optimizers with a rate
  /// per tensor: tensor s is [boundaries[s], boundaries[s + 1]). In host memory that outlives every launch.
  const std::int64_t* boundaries = nullptr;
  int segments = 0;
  auto operator<=>(const Optimizer&) const = default;

  /// Number of state buffers of `size` floats (moment1 first), all zero at the start of a run.
  int moments() const;
};

/// One step. moment1 and moment2: the optimizer's first and second state buffer; null if it has fewer. The learning
/// rate and the powers of beta come from StepState. copy [size]: the new parameters as bf16 for the layers of a bf16
/// network, or null without bf16_copy; the trained parameters are fp32.
struct Update {
  static constexpr std::string_view name = "update";
  using Problem = Optimizer;
  using Launch = void(float* parameters, float* moment1, float* moment2, bf16* copy, const float* gradients,
                      const StepState*, const Optimizer&, void* workspace, stream_t);
};

Cost cost(Update, const Optimizer&);

}  // namespace gs
