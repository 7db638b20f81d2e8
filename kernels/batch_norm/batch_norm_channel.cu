// batch_norm_channel.cu - batch normalisation: sums with one thread per channel, then one thread per element.
//
// Forward reads x three times (mean, deviations, y), backward reads x and dy twice. Bound by memory, and on a GPU by
// the latency of few threads that each read all rows. Sums are in double: a channel of a large batch has millions of
// values.
#include "kernels/batch_norm/batch_norm_map.h"
#include "kernels/batch_norm/batch_norm_parts.h"
#include "kernels/batch_norm/moments.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

/// To: BatchStatistics or PartMoments.
template <class To, class T>
__global__ void measure(To to, const T* __restrict__ x, const StepState* __restrict__ state, BatchNorm p) {
  const std::int64_t rows = valid_rows(*state, p);
  for (std::int64_t c : grid_stride(p.c)) {
    double sum = 0, squares = 0;
    for (std::int64_t row = 0; row < rows; ++row) sum += double(widened(x[row * p.c + c]));
    const double mean = rows > 0 ? sum / double(rows) : 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      const double apart = double(widened(x[row * p.c + c])) - mean;
      squares += apart * apart;
    }
    to.write(int(c), double(rows), mean, squares, p);
  }
}

template <class T>
__global__ void sum_gradients(float* __restrict__ dgamma, float* __restrict__ dbeta, const T* __restrict__ dy,
                              const T* __restrict__ x, const float* __restrict__ mean,
                              const float* __restrict__ inverse_deviation, const StepState* __restrict__ state,
                              BatchNorm p) {
  const std::int64_t rows = valid_rows(*state, p);
  for (std::int64_t c : grid_stride(p.c)) {
    double of_beta = 0, of_gamma = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      const float g = widened(dy[row * p.c + c]);
      of_beta += double(g);
      of_gamma += double(g) * double((widened(x[row * p.c + c]) - mean[c]) * inverse_deviation[c]);
    }
    dbeta[c] = float(of_beta);
    dgamma[c] = float(of_gamma);
  }
}

template <class Index, class T>
__global__ void infer(T* __restrict__ y, const T* __restrict__ x, const float* __restrict__ gamma,
                      const float* __restrict__ beta, const float* __restrict__ running_mean,
                      const float* __restrict__ running_variance, BatchNorm p) {
  for (std::int64_t i : grid_stride(p.size())) {
    const int c = int(Index(i) % Index(p.c));
    const float factor = gamma[c] / sqrtf(running_variance[c] + p.epsilon);
    y[i] = rounded<T>(activated(factor * (widened(x[i]) - running_mean[c]) + beta[c], p.relu));
  }
}

template <class T>
void run_forward(T* y, float* mean, float* inverse_deviation, float* running_mean, float* running_variance, const T* x,
                 const float* gamma, const float* beta, const StepState* state, const BatchNorm& p, void*,
                 stream_t stream) {
  const BatchStatistics statistics{mean, inverse_deviation, running_mean, running_variance};
  launch_elementwise<measure<BatchStatistics, T>>(p.c, stream, statistics, x, state, p);
  launch_apply(y, x, gamma, beta, mean, inverse_deviation, p, stream);
}

template <class T>
void run_inference(T* y, const T* x, const float* gamma, const float* beta, const float* running_mean,
                   const float* running_variance, const BatchNorm& p, void*, stream_t stream) {
  if (fits_32_bits(p.size()))
    launch_elementwise<infer<std::uint32_t, T>>(p.size(), stream, y, x, gamma, beta, running_mean, running_variance, p);
  else
    launch_elementwise<infer<std::int64_t, T>>(p.size(), stream, y, x, gamma, beta, running_mean, running_variance, p);
}

template <class T>
void run_backward(T* dx, float* dgamma, float* dbeta, const T* dy, const T* x, const float* gamma, const float* mean,
                  const float* inverse_deviation, const T* relu_output, const StepState* state, const BatchNorm& p,
                  void*, stream_t stream) {
  launch_elementwise<sum_gradients<T>>(p.c, stream, dgamma, dbeta, dy, x, mean, inverse_deviation, state, p);
  launch_data_gradient(dx, dgamma, dbeta, dy, x, gamma, mean, inverse_deviation, relu_output, state, p, stream);
}

/// Merges the parts of a channel in their order, in double.
__global__ void join(BatchStatistics statistics, const float* __restrict__ moments, JoinedMoments p) {
  const BatchNorm averages{.c = p.c, .epsilon = p.epsilon, .momentum = p.momentum};
  for (std::int64_t c : grid_stride(p.c)) {
    Moments<double> all;
    for (int part = 0; part < p.parts; ++part) {
      const float* const of_part = moments + std::int64_t(part) * 3 * p.c + c;
      all = merged(all, {double(of_part[0]), double(of_part[p.c]), double(of_part[2 * p.c])});
    }
    statistics.write(int(c), all.count, all.mean, all.squares, averages);
  }
}

template <class T>
void run_moments(float* moments, const T* x, const StepState* state, const BatchNorm& p, void*, stream_t stream) {
  launch_elementwise<measure<PartMoments, T>>(p.c, stream, PartMoments{moments}, x, state, p);
}

void run_join(float* mean, float* inverse_deviation, float* running_mean, float* running_variance, const float* moments,
              const JoinedMoments& p, void*, stream_t stream) {
  const BatchStatistics statistics{mean, inverse_deviation, running_mean, running_variance};
  launch_elementwise<join>(p.c, stream, statistics, moments, p);
}

template <class T>
void run_apply(T* y, const T* x, const float* gamma, const float* beta, const float* mean,
               const float* inverse_deviation, const BatchNorm& p, void*, stream_t stream) {
  launch_apply(y, x, gamma, beta, mean, inverse_deviation, p, stream);
}

template <class T>
void run_sums(float* dgamma, float* dbeta, const T* dy, const T* x, const float* mean, const float* inverse_deviation,
              const StepState* state, const BatchNorm& p, void*, stream_t stream) {
  launch_elementwise<sum_gradients<T>>(p.c, stream, dgamma, dbeta, dy, x, mean, inverse_deviation, state, p);
}

template <class T>
void run_data_gradient(T* dx, const float* dgamma, const float* dbeta, const T* dy, const T* x, const float* gamma,
                       const float* mean, const float* inverse_deviation, const T* relu_output, const StepState* state,
                       const BatchNorm& p, void*, stream_t stream) {
  launch_data_gradient(dx, dgamma, dbeta, dy, x, gamma, mean, inverse_deviation, relu_output, state, p, stream);
}

template <class T>
void add_variants(Registry& registry) {
  registry.add<BatchNormForward<T>>({.name = "channel", .rank = 1, .launch = &run_forward<T>});
  registry.add<BatchNormInference<T>>({.name = "element", .rank = 1, .launch = &run_inference<T>});
  registry.add<BatchNormBackward<T>>({.name = "channel", .rank = 1, .launch = &run_backward<T>});
  registry.add<BatchNormMoments<T>>({.name = "channel", .rank = 1, .launch = &run_moments<T>});
  registry.add<BatchNormApply<T>>({.name = "element", .rank = 1, .launch = &run_apply<T>});
  registry.add<BatchNormSums<T>>({.name = "channel", .rank = 1, .launch = &run_sums<T>});
  registry.add<BatchNormDataGradient<T>>({.name = "element", .rank = 1, .launch = &run_data_gradient<T>});
}
void add_join(Registry& registry) {
  registry.add<BatchNormJoin>({.name = "channel", .rank = 1, .launch = &run_join});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>, &add_join);

}  // namespace
}  // namespace gs::GS_TARGET
