// batch_norm_simd.cu - batch normalisation for a CPU: every core takes whole rows.
//
// Changed from batch_norm_channel: x is read in order, and forward reads it twice instead of three times; every loop
// over the channels of a row is one vector loop without a modulo. There are always 32 slices of rows, so that the bits
// do not depend on the number of threads. Bound by memory.
#include <algorithm>

#include "kernels/batch_norm/batch_norm_map.h"
#include "kernels/batch_norm/batch_norm_parts.h"
#include "kernels/batch_norm/moments.h"
#include "kernels/common/host_pixels.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

constexpr int slices = 32, rows_a_tile = 8;

/// Two floats per slice and channel.
struct Workspace {
  float* first;
  float* second;
  Workspace(void* memory, int channels) : first(static_cast<float*>(memory)), second(first + slices * channels) {}
};
std::size_t workspace_of(const BatchNorm& p) {
  return std::size_t(2 * slices) * std::size_t(p.c) * sizeof(float);
}
std::size_t inference_workspace(const BatchNorm& p) {
  return std::size_t(p.c) * sizeof(float);
}

/// Calls body(slice, first row, end) for all slices, on all cores.
template <class Body>
void for_each_slice(std::int64_t rows, int channels, const Body& body) {
  host_shares(
      slices,
      [&](std::int64_t begin, std::int64_t end) {
        for (int slice = int(begin); slice < int(end); ++slice)
          body(slice, slice_begin(rows, slice, slices), slice_begin(rows, slice + 1, slices));
      },
      rows * channels < 32768 ? slices : 1);
}

/// Merges `count` rows at x into the moments of the `before` rows seen so far.
template <int count, class T>
void merge_rows(float* __restrict__ mean, float* __restrict__ squares, std::int64_t before, const T* __restrict__ x,
                int channels) {
  const float known = float(before);
  for (int c = 0; c < channels; ++c) {
    const auto all = merged<float>({known, mean[c], squares[c]}, moments_of<count>(x + c, channels));
    mean[c] = all.mean;
    squares[c] = all.squares;
  }
}

template <class T>
void measure_slice(float* mean, float* squares, const T* x, std::int64_t begin, std::int64_t end, int channels) {
  std::fill_n(mean, channels, 0.0f);
  std::fill_n(squares, channels, 0.0f);
  std::int64_t row = begin;
  for (; row + rows_a_tile <= end; row += rows_a_tile)
    merge_rows<rows_a_tile>(mean, squares, row - begin, x + row * channels, channels);
  for (; row < end; ++row) merge_rows<1>(mean, squares, row - begin, x + row * channels, channels);
}

template <class T>
void apply_row(T* __restrict__ y, const T* __restrict__ x, const float* __restrict__ gamma,
               const float* __restrict__ beta, const float* __restrict__ mean,
               const float* __restrict__ inverse_deviation, int channels, bool relu) {
  for (int c = 0; c < channels; ++c)
    y[c] = rounded<T>(activated(gamma[c] * inverse_deviation[c] * (widened(x[c]) - mean[c]) + beta[c], relu));
}

/// Passes the moments of each channel to `to`: BatchStatistics or PartMoments.
template <class To, class T>
void measure(const To& to, const T* x, const StepState* state, const BatchNorm& p, void* memory) {
  const Workspace partial(memory, p.c);
  const std::int64_t rows = valid_rows(*state, p);
  for_each_slice(rows, p.c, [&](int slice, std::int64_t begin, std::int64_t end) {
    measure_slice(partial.first + slice * p.c, partial.second + slice * p.c, x, begin, end, p.c);
  });
  for (int c = 0; c < p.c; ++c) {
    Moments<double> all;
    for (int slice = 0; slice < slices; ++slice) {
      const double count = double(slice_begin(rows, slice + 1, slices) - slice_begin(rows, slice, slices));
      all = merged(all, {count, double(partial.first[slice * p.c + c]), double(partial.second[slice * p.c + c])});
    }
    to.write(c, all.count, all.mean, all.squares, p);
  }
}

template <class T>
void run_moments(float* moments, const T* x, const StepState* state, const BatchNorm& p, void* memory, stream_t) {
  measure(PartMoments{moments}, x, state, p, memory);
}

template <class T>
void run_apply(T* y, const T* x, const float* gamma, const float* beta, const float* mean,
               const float* inverse_deviation, const BatchNorm& p, void*, stream_t) {
  for_each_pixel(p.rows(), p.c, [&](std::int64_t row) {
    apply_row(y + row * p.c, x + row * p.c, gamma, beta, mean, inverse_deviation, p.c, p.relu);
  });
}

template <class T>
void run_forward(T* y, float* mean, float* inverse_deviation, float* running_mean, float* running_variance, const T* x,
                 const float* gamma, const float* beta, const StepState* state, const BatchNorm& p, void* memory,
                 stream_t stream) {
  measure(BatchStatistics{mean, inverse_deviation, running_mean, running_variance}, x, state, p, memory);
  run_apply(y, x, gamma, beta, mean, inverse_deviation, p, memory, stream);
}

template <class T>
void run_inference(T* y, const T* x, const float* gamma, const float* beta, const float* running_mean,
                   const float* running_variance, const BatchNorm& p, void* memory, stream_t stream) {
  auto* const inverse_deviation = static_cast<float*>(memory);
  for (int c = 0; c < p.c; ++c) inverse_deviation[c] = 1 / sqrtf(running_variance[c] + p.epsilon);
  run_apply(y, x, gamma, beta, running_mean, inverse_deviation, p, memory, stream);
}

template <class T>
void add_row(float* __restrict__ dgamma, float* __restrict__ dbeta, const T* __restrict__ dy, const T* __restrict__ x,
             const float* __restrict__ mean, const float* __restrict__ inverse_deviation, int channels) {
  for (int c = 0; c < channels; ++c) {
    dgamma[c] += widened(dy[c]) * ((widened(x[c]) - mean[c]) * inverse_deviation[c]);
    dbeta[c] += widened(dy[c]);
  }
}

/// Per channel: dbeta / m and dgamma / m.
struct Shares {
  const float* __restrict__ beta;
  const float* __restrict__ gamma;
};

template <class T>
void gradient_row(T* __restrict__ dx, const T* __restrict__ dy, const T* __restrict__ x,
                  const float* __restrict__ gamma, const float* __restrict__ mean,
                  const float* __restrict__ inverse_deviation, const Shares& shares, int channels) {
  for (int c = 0; c < channels; ++c) {
    const float normalised = (widened(x[c]) - mean[c]) * inverse_deviation[c];
    dx[c] =
        rounded<T>(gamma[c] * inverse_deviation[c] * (widened(dy[c]) - shares.beta[c] - normalised * shares.gamma[c]));
  }
}

template <class T>
void stop_row(T* __restrict__ dx, const T* __restrict__ relu_output, int channels) {
  for (int c = 0; c < channels; ++c)
    if (widened(relu_output[c]) <= 0) dx[c] = rounded<T>(0.0f);
}

template <class T>
void run_sums(float* dgamma, float* dbeta, const T* dy, const T* x, const float* mean, const float* inverse_deviation,
              const StepState* state, const BatchNorm& p, void* memory, stream_t) {
  const Workspace partial(memory, p.c);
  for_each_slice(valid_rows(*state, p), p.c, [&](int slice, std::int64_t begin, std::int64_t end) {
    float *const of_gamma = partial.first + slice * p.c, *const of_beta = partial.second + slice * p.c;
    std::fill_n(of_gamma, p.c, 0.0f);
    std::fill_n(of_beta, p.c, 0.0f);
    for (std::int64_t row = begin; row < end; ++row)
      add_row(of_gamma, of_beta, dy + row * p.c, x + row * p.c, mean, inverse_deviation, p.c);
  });
  for (int c = 0; c < p.c; ++c) {
    double of_gamma = 0, of_beta = 0;
    for (int slice = 0; slice < slices; ++slice) {
      of_gamma += double(partial.first[slice * p.c + c]);
      of_beta += double(partial.second[slice * p.c + c]);
    }
    dgamma[c] = float(of_gamma);
    dbeta[c] = float(of_beta);
  }
}

template <class T>
void run_data_gradient(T* dx, const float* dgamma, const float* dbeta, const T* dy, const T* x, const float* gamma,
                       const float* mean, const float* inverse_deviation, const T* relu_output, const StepState* state,
                       const BatchNorm& p, void* memory, stream_t) {
  const std::int64_t rows = valid_rows(*state, p);
  const Workspace of_channels(memory, p.c);
  const float share = rows > 0 ? 1 / float(rows) : 0;
  for (int c = 0; c < p.c; ++c) {
    of_channels.first[c] = share * dgamma[c];
    of_channels.second[c] = share * dbeta[c];
  }
  const Shares shares{of_channels.second, of_channels.first};
  for_each_pixel(p.rows(), p.c, [&](std::int64_t row) {
    if (row >= rows) {
      std::fill_n(dx + row * p.c, p.c, rounded<T>(0.0f));
      return;
    }
    gradient_row(dx + row * p.c, dy + row * p.c, x + row * p.c, gamma, mean, inverse_deviation, shares, p.c);
    if (relu_output) stop_row(dx + row * p.c, relu_output + row * p.c, p.c);
  });
}

template <class T>
void run_backward(T* dx, float* dgamma, float* dbeta, const T* dy, const T* x, const float* gamma, const float* mean,
                  const float* inverse_deviation, const T* relu_output, const StepState* state, const BatchNorm& p,
                  void* memory, stream_t stream) {
  run_sums(dgamma, dbeta, dy, x, mean, inverse_deviation, state, p, memory, stream);
  run_data_gradient(dx, dgamma, dbeta, dy, x, gamma, mean, inverse_deviation, relu_output, state, p, memory, stream);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<BatchNormForward<T>>(
      {.name = "rows", .rank = 2, .targets = on_host, .launch = &run_forward<T>, .workspace_bytes = &workspace_of});
  registry.add<BatchNormInference<T>>({.name = "rows",
                                       .rank = 2,
                                       .targets = on_host,
                                       .launch = &run_inference<T>,
                                       .workspace_bytes = &inference_workspace});
  registry.add<BatchNormBackward<T>>(
      {.name = "rows", .rank = 2, .targets = on_host, .launch = &run_backward<T>, .workspace_bytes = &workspace_of});
  registry.add<BatchNormMoments<T>>(
      {.name = "rows", .rank = 2, .targets = on_host, .launch = &run_moments<T>, .workspace_bytes = &workspace_of});
  registry.add<BatchNormApply<T>>({.name = "rows", .rank = 2, .targets = on_host, .launch = &run_apply<T>});
  registry.add<BatchNormSums<T>>(
      {.name = "rows", .rank = 2, .targets = on_host, .launch = &run_sums<T>, .workspace_bytes = &workspace_of});
  registry.add<BatchNormDataGradient<T>>({.name = "rows",
                                          .rank = 2,
                                          .targets = on_host,
                                          .launch = &run_data_gradient<T>,
                                          .workspace_bytes = &workspace_of});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
