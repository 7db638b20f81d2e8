// batch_norm.h - the interface of batch normalisation, NHWC: one mean and one variance per channel.
//
//   y = act( gamma (x - mean) inverse_deviation + beta ),   inverse_deviation = 1 / sqrt(variance + epsilon)
//
// In training, mean and variance are those of the batch; in inference, running averages over training batches.
// Source: Ioffe and Szegedy 2015, algorithms 1 and 2. As in PyTorch, running = (1 - momentum) running + momentum new,
// and the running variance averages the unbiased one (divided by count - 1), while the batch is normalised by the
// biased one. Only the valid rows of a batch count; the rows after them (the last batch of an epoch may be short) get
// the same affine map. Parameters and statistics are fp32 in every run.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct BatchNorm {
  int n = 1;                ///< images
  std::int64_t pixels = 1;  ///< per image: rows times columns
  int c = 1;
  float epsilon = 1e-5f, momentum = 0.1f;
  bool relu = false;  ///< act(z) = max(z, 0)

  GS_BOTH constexpr std::int64_t rows() const { return n * pixels; }
  GS_BOTH constexpr std::int64_t size() const { return rows() * c; }
  auto operator<=>(const BatchNorm&) const = default;
};

/// Training. y [n,pixels,c]; mean and inverse_deviation [c] are kept for the backward pass; running_mean and
/// running_variance [c] are updated in place. A batch with one value per channel has variance 0, also for the running
/// average; a batch without valid rows leaves the running averages unchanged.
template <class T>
struct BatchNormForward {
  static constexpr std::string_view name = "batch norm forward";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(T* y, float* mean, float* inverse_deviation, float* running_mean, float* running_variance,
                      const T* x, const float* gamma, const float* beta, const StepState*, const BatchNorm&,
                      void* workspace, stream_t);
};
/// y from the running averages.
template <class T>
struct BatchNormInference {
  static constexpr std::string_view name = "batch norm inference";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(T* y, const T* x, const float* gamma, const float* beta, const float* running_mean,
                      const float* running_variance, const BatchNorm&, void* workspace, stream_t);
};
/// With x^ = (x - mean) inverse_deviation and sums over the m valid rows; the caller has masked dy by y's own ReLU:
///   dbeta = sum dy,  dgamma = sum dy x^,  dx = gamma inverse_deviation (dy - dbeta / m - x^ dgamma / m)
/// dx = 0 in invalid rows. If `relu_output` is given (x itself, the output of a ReLU), dx = 0 where it is <= 0.
template <class T>
struct BatchNormBackward {
  static constexpr std::string_view name = "batch norm backward";
  static constexpr GradientMask masks[] = {{0, 8}};
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(T* dx, float* dgamma, float* dbeta, const T* dy, const T* x, const float* gamma,
                      const float* mean, const float* inverse_deviation, const T* relu_output, const StepState*,
                      const BatchNorm&, void* workspace, stream_t);
};

template <class T>
Cost cost(BatchNormForward<T>, const BatchNorm&);
template <class T>
Cost cost(BatchNormInference<T>, const BatchNorm&);
template <class T>
Cost cost(BatchNormBackward<T>, const BatchNorm&);

}  // namespace gs
