// batch_norm_map.h - shared parts of the variants of batch normalisation: the valid rows, a channel's statistics, and
// the final element-wise passes of forward and backward.
#pragma once
#include "kernels/batch_norm/batch_norm.h"
#include "kernels/common/kernel.h"
#include "kernels/common/nhwc.h"

namespace gs::GS_TARGET {

/// Valid rows of the batch: valid images times pixels.
GS_BOTH inline std::int64_t valid_rows(const StepState& state, const BatchNorm& p) {
  return std::int64_t(state.valid()) * p.pixels;
}

/// First row of slice `slice` of `slices`; a slice ends where the next one begins.
GS_BOTH inline std::int64_t slice_begin(std::int64_t rows, int slice, int slices) {
  return rows * slice / slices;
}

/// Destination of the statistics that the first pass over x yields.
struct BatchStatistics {
  float* __restrict__ mean;
  float* __restrict__ inverse_deviation;
  float* __restrict__ running_mean;
  float* __restrict__ running_variance;

  /// `squares`: sum of (x - channel_mean)^2 over `count` values.
  GS_BOTH void write(int c, double count, double channel_mean, double squares, const BatchNorm& p) const {
    const double variance = count > 0 ? squares / count : 0;
    mean[c] = float(channel_mean);
    inverse_deviation[c] = float(1 / sqrt(variance + double(p.epsilon)));
    if (!(count > 0)) return;
    const double momentum = p.momentum, unbiased = count > 1 ? squares / (count - 1) : variance;
    running_mean[c] = float((1 - momentum) * running_mean[c] + momentum * channel_mean);
    running_variance[c] = float((1 - momentum) * running_variance[c] + momentum * unbiased);
  }
};

/// Destination of a part's moments (BatchNormMoments), in place of statistics.
struct PartMoments {
  float* __restrict__ moments;

  GS_BOTH void write(int c, double count, double channel_mean, double squares, const BatchNorm& p) const {
    moments[c] = float(count);
    moments[p.c + c] = float(channel_mean);
    moments[2 * p.c + c] = float(squares);
  }
};

GS_BOTH inline float activated(float z, bool relu) {
  return relu && z <= 0 ? 0.0f : z;
}

template <class Index, class T>
__global__ void batch_norm_apply(T* __restrict__ y, const T* __restrict__ x, const float* __restrict__ gamma,
                                 const float* __restrict__ beta, const float* __restrict__ mean,
                                 const float* __restrict__ inverse_deviation, BatchNorm p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const int c = int(Index(i) % Index(p.c));
    // x - mean first: gamma x - gamma mean would suffer from cancellation
    y[i] = rounded<T>(activated(gamma[c] * inverse_deviation[c] * (widened(x[i]) - mean[c]) + beta[c], p.relu));
  }
}

template <class Index, class T>
__global__ void batch_norm_data_gradient(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ x,
                                         const float* __restrict__ gamma, const float* __restrict__ mean,
                                         const float* __restrict__ inverse_deviation, const float* __restrict__ dgamma,
                                         const float* __restrict__ dbeta, const T* __restrict__ relu_output,
                                         const StepState* __restrict__ state, BatchNorm p) {
  const std::int64_t rows = valid_rows(*state, p), counted = rows * p.c;
  const float share = rows > 0 ? 1 / float(rows) : 0;
  for (std::int64_t i : grid_stride(p.size())) {
    const int c = int(Index(i) % Index(p.c));
    const bool stopped = i >= counted || (relu_output && widened(relu_output[i]) <= 0);
    const float normalised = (widened(x[i]) - mean[c]) * inverse_deviation[c];
    const float gradient =
        gamma[c] * inverse_deviation[c] * (widened(dy[i]) - share * dbeta[c] - normalised * (share * dgamma[c]));
    dx[i] = rounded<T>(stopped ? 0.0f : gradient);
  }
}

template <class T>
void launch_apply(T* y, const T* x, const float* gamma, const float* beta, const float* mean,
                  const float* inverse_deviation, const BatchNorm& p, stream_t stream) {
  if (fits_32_bits(p.size()))
    launch_elementwise<batch_norm_apply<std::uint32_t, T>>(p.size(), stream, y, x, gamma, beta, mean, inverse_deviation,
                                                           p);
  else
    launch_elementwise<batch_norm_apply<std::int64_t, T>>(p.size(), stream, y, x, gamma, beta, mean, inverse_deviation,
                                                          p);
}

template <class T>
void launch_data_gradient(T* dx, const float* dgamma, const float* dbeta, const T* dy, const T* x, const float* gamma,
                          const float* mean, const float* inverse_deviation, const T* relu_output,
                          const StepState* state, const BatchNorm& p, stream_t stream) {
  if (fits_32_bits(p.size()))
    launch_elementwise<batch_norm_data_gradient<std::uint32_t, T>>(
        p.size(), stream, dx, dy, x, gamma, mean, inverse_deviation, dgamma, dbeta, relu_output, state, p);
  else
    launch_elementwise<batch_norm_data_gradient<std::int64_t, T>>(
        p.size(), stream, dx, dy, x, gamma, mean, inverse_deviation, dgamma, dbeta, relu_output, state, p);
}

}  // namespace gs::GS_TARGET
