// lamb_step.h - shared parts of LAMB's variants; the formula is in lamb.cpp.
//
// The flat buffer is cut into chunks of at most 4096 values within one parameter tensor. First every chunk updates its
// moments and sums p^2 and u^2; then the sums of a tensor's chunks are added in a fixed order, in double; then every
// chunk updates its parameters. u is computed twice, which is cheaper than 8 bytes to store and load it. 40 bytes per
// parameter and about 30 operations: bound by memory.
#pragma once
#include <algorithm>

#include "kernels/optimizer/parameter_copy.h"

namespace gs::GS_TARGET {

constexpr std::int64_t chunk_size = 4096;

inline std::int64_t chunks_of(std::int64_t size) {
  return (size + chunk_size - 1) / chunk_size;
}

/// Some parameter tensors, passed by value, so that a launch needs no device memory for their offsets.
struct Segments {
  static constexpr int most = 160;  // limited by 4 KiB of kernel arguments
  int count = 0;
  std::int64_t begin[most + 1];        ///< offset in the flat buffer
  std::int64_t first_chunk[most + 1];  ///< counted from the first segment

  __device__ std::int64_t chunks() const { return first_chunk[count]; }
};

/// A chunk's segment and range of values.
struct Chunk {
  int segment;
  std::int64_t begin, end;
};

__device__ inline Chunk chunk_at(const Segments& s, std::int64_t chunk) {
  int low = 0, high = s.count - 1;  // binary search for the last segment with first_chunk <= chunk
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (s.first_chunk[middle] <= chunk)
      low = middle;
    else
      high = middle - 1;
  }
  const std::int64_t begin = s.begin[low] + (chunk - s.first_chunk[low]) * chunk_size, end = begin + chunk_size;
  return {low, begin, end < s.begin[low + 1] ? end : s.begin[low + 1]};
}

struct Norms {
  double weights, updates;  ///< sums of p^2 and u^2
};

/// The terms shared by all parameters' updates.
struct Step {
  float beta1, beta2, epsilon, decay, correction1, correction2;

  __device__ Step(const StepState& state, const Optimizer& p)
      : beta1(p.beta1),
        beta2(p.beta2),
        epsilon(p.epsilon),
        decay(p.weight_decay),
        correction1(float(1 / (1 - state.beta1_power))),
        correction2(float(1 / (1 - state.beta2_power))) {}
  __device__ float direction(float m, float v, float parameter) const {
    return m * correction1 / (sqrtf(v * correction2) + epsilon) + decay * parameter;
  }
};

struct Buffers {
  float* __restrict__ parameters;
  float* __restrict__ mean;
  float* __restrict__ mean_square;
};

__device__ inline void take_moments_on(Norms& sums, const Buffers& at, const float* __restrict__ gradients,
                                       const Step& step, std::int64_t i) {
  const float g = gradients[i], p = at.parameters[i];
  const float m = step.beta1 * at.mean[i] + (1 - step.beta1) * g;
  const float v = step.beta2 * at.mean_square[i] + (1 - step.beta2) * g * g;
  at.mean[i] = m;
  at.mean_square[i] = v;
  const float u = step.direction(m, v, p);
  sums.weights += double(p) * double(p);
  sums.updates += double(u) * double(u);
}

template <class Copy>
__device__ void move(const Buffers& at, const Copy& copy, const Step& step, float rate, std::int64_t i) {
  const float before = at.parameters[i];
  const float p = before - rate * step.direction(at.mean[i], at.mean_square[i], before);
  at.parameters[i] = p;
  copy(i, p);
}

/// |p| / |u| of a segment, from the sums of its chunks; 1 if one of them is 0.
__device__ inline float factor_of(const Norms* __restrict__ partial, const Segments& segments, std::int64_t s) {
  Norms sums{0, 0};
  for (std::int64_t chunk = segments.first_chunk[s]; chunk < segments.first_chunk[s + 1]; ++chunk) {
    sums.weights += partial[chunk].weights;
    sums.updates += partial[chunk].updates;
  }
  const bool no_direction = sums.weights == 0 || sums.updates == 0;
  return no_direction ? 1.0f : float(sqrt(sums.weights / sums.updates));
}

__device__ inline Norms measured(const Chunk& c, const Buffers& at, const float* __restrict__ gradients,
                                 const Step& step) {
  Norms sums{0, 0};
  for (std::int64_t i = c.begin; i < c.end; ++i) take_moments_on(sums, at, gradients, step, i);
  return sums;
}

/// Calls body(segments) for all parameter tensors, up to Segments::most at a time.
template <class Body>
void for_segments(const Optimizer& problem, const Body& body) {
  for (int first = 0; first < problem.segments; first += Segments::most) {
    Segments s;
    s.count = std::min(Segments::most, problem.segments - first);
    s.begin[0] = problem.boundaries[first];
    s.first_chunk[0] = 0;
    for (int i = 0; i < s.count; ++i) {
      s.begin[i + 1] = problem.boundaries[first + i + 1];
      s.first_chunk[i + 1] = s.first_chunk[i] + chunks_of(s.begin[i + 1] - s.begin[i]);
    }
    if (s.first_chunk[s.count] > 0) body(s);
  }
}

/// The workspace holds the sums of one launch's chunks, then the factors of its segments.
inline std::int64_t most_chunks(const Optimizer& problem) {
  return problem.size / chunk_size + problem.segments;
}
inline std::size_t lamb_workspace(const Optimizer& problem) {
  return std::size_t(most_chunks(problem)) * sizeof(Norms) + Segments::most * sizeof(float);
}

inline bool is_lamb(const Optimizer& problem) {
  return problem.name == "lamb" && problem.boundaries != nullptr;
}

}  // namespace gs::GS_TARGET
