// batch_norm_parts.h - batch normalisation of a batch that several ranks have in parts: the passes of
// BatchNormForward and BatchNormBackward (batch_norm.h) as ops, between which the ranks exchange a few values a
// channel.
//
//   forward:  BatchNormMoments, all ranks' moments to all, BatchNormJoin, BatchNormApply
//   backward: BatchNormSums, their sum over the ranks, BatchNormDataGradient
//
// Each rank's loss is the mean over its own rows, so its dy, and dx, are larger than those of the whole batch by 1 / w,
// w being its share of the rows. With sums that are weighted by w, dx has the formula of BatchNormBackward with the
// rank's own m.
#pragma once
#include "kernels/batch_norm/batch_norm.h"

namespace gs {

/// moments [3,c]: the count, the mean, and the sum of squared deviations of a channel's values in the valid rows.
template <class T>
struct BatchNormMoments {
  static constexpr std::string_view name = "batch norm moments";
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(float* moments, const T* x, const StepState*, const BatchNorm&, void* workspace, stream_t);
};

struct JoinedMoments {
  int parts = 1;  ///< ranks
  int c = 1;
  float epsilon = 1e-5f, momentum = 0.1f;
  auto operator<=>(const JoinedMoments&) const = default;
};

/// mean, inverse_deviation and the running averages [c] as BatchNormForward writes them, from the moments [parts,3,c]
/// of all parts, merged in their order (Chan, Golub and LeVeque 1979).
struct BatchNormJoin {
  static constexpr std::string_view name = "batch norm join";
  using Problem = JoinedMoments;
  using Launch = void(float* mean, float* inverse_deviation, float* running_mean, float* running_variance,
                      const float* moments, const JoinedMoments&, void* workspace, stream_t);
};

/// y = act( gamma (x - mean) inverse_deviation + beta ).
template <class T>
struct BatchNormApply {
  static constexpr std::string_view name = "batch norm apply";
  static constexpr bool joins_relu = true;  ///< Problem::relu
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(T* y, const T* x, const float* gamma, const float* beta, const float* mean,
                      const float* inverse_deviation, const BatchNorm&, void* workspace, stream_t);
};

/// dgamma and dbeta of BatchNormBackward, from the valid rows.
template <class T>
struct BatchNormSums {
  static constexpr std::string_view name = "batch norm sums";
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(float* dgamma, float* dbeta, const T* dy, const T* x, const float* mean,
                      const float* inverse_deviation, const StepState*, const BatchNorm&, void* workspace, stream_t);
};

/// dx of BatchNormBackward from given sums; m counts the valid rows.
template <class T>
struct BatchNormDataGradient {
  static constexpr std::string_view name = "batch norm data gradient";
  static constexpr GradientMask masks[] = {{0, 8}};
  using Stored = T;
  using Problem = BatchNorm;
  using Launch = void(T* dx, const float* dgamma, const float* dbeta, const T* dy, const T* x, const float* gamma,
                      const float* mean, const float* inverse_deviation, const T* relu_output, const StepState*,
                      const BatchNorm&, void* workspace, stream_t);
};

template <class T>
Cost cost(BatchNormMoments<T>, const BatchNorm&);
Cost cost(BatchNormJoin, const JoinedMoments&);
template <class T>
Cost cost(BatchNormApply<T>, const BatchNorm&);
template <class T>
Cost cost(BatchNormSums<T>, const BatchNorm&);
template <class T>
Cost cost(BatchNormDataGradient<T>, const BatchNorm&);

}  // namespace gs
