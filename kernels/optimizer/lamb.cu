// lamb.cu - LAMB; the formula is in lamb.cpp.
//
// Two variants: `lamb_chunk` with a thread per chunk, and `lamb_block` with a block per chunk, whose reads are
// coalesced. In both a thread per parameter tensor adds the sums of its chunks.
#include "kernels/common/registration.h"
#include "kernels/optimizer/lamb_step.h"

namespace gs::GS_TARGET {
namespace {

constexpr int threads = 256;

__global__ void measure_chunks(Norms* __restrict__ partial, Buffers at, const float* __restrict__ gradients,
                               const StepState* __restrict__ state, Optimizer problem, Segments segments) {
  const Step step(*state, problem);
  for (std::int64_t chunk : grid_stride(segments.chunks())) {
    const Chunk c = chunk_at(segments, chunk);
    partial[chunk] = measured(c, at, gradients, step);
  }
}

__global__ void measure_blocks(Norms* __restrict__ partial, Buffers at, const float* __restrict__ gradients,
                               const StepState* __restrict__ state, Optimizer problem, Segments segments) {
  __shared__ double weights[threads], updates[threads];
  const Step step(*state, problem);
  const Chunk c = chunk_at(segments, blockIdx.x);
  Norms sums{0, 0};
  for (std::int64_t i = c.begin + threadIdx.x; i < c.end; i += threads) take_moments_on(sums, at, gradients, step, i);
  weights[threadIdx.x] = sums.weights;
  updates[threadIdx.x] = sums.updates;
  for (unsigned half = threads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x >= half) continue;
    weights[threadIdx.x] += weights[threadIdx.x + half];
    updates[threadIdx.x] += updates[threadIdx.x + half];
  }
  if (threadIdx.x == 0) {
    partial[blockIdx.x].weights = weights[0];
    partial[blockIdx.x].updates = updates[0];
  }
}

/// factor[segment] = |p| / |u|.
__global__ void compare_norms(float* __restrict__ factor, const Norms* __restrict__ partial, Segments segments) {
  for (std::int64_t s : grid_stride(segments.count)) factor[s] = factor_of(partial, segments, s);
}

template <class Copy>
__global__ void move_chunks(Buffers at, Copy copy, const float* __restrict__ factor,
                            const StepState* __restrict__ state, Optimizer problem, Segments segments) {
  const Step step(*state, problem);
  for (std::int64_t chunk : grid_stride(segments.chunks())) {
    const Chunk c = chunk_at(segments, chunk);
    const float rate = state->learning_rate * factor[c.segment];
    for (std::int64_t i = c.begin; i < c.end; ++i) move(at, copy, step, rate, i);
  }
}

template <class Copy>
__global__ void move_blocks(Buffers at, Copy copy, const float* __restrict__ factor,
                            const StepState* __restrict__ state, Optimizer problem, Segments segments) {
  const Step step(*state, problem);
  const Chunk c = chunk_at(segments, blockIdx.x);
  const float rate = state->learning_rate * factor[c.segment];
  for (std::int64_t i = c.begin + threadIdx.x; i < c.end; i += threads) move(at, copy, step, rate, i);
}

template <bool blocks>
void run(float* parameters, float* mean, float* mean_square, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void* workspace, stream_t stream) {
  auto* const partial = static_cast<Norms*>(workspace);
  auto* const factor = reinterpret_cast<float*>(partial + most_chunks(problem));
  const Buffers at{parameters, mean, mean_square};
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    for_segments(problem, [&](const Segments& s) {
      const std::int64_t chunks = s.first_chunk[s.count];
      if constexpr (blocks)
        launch<measure_blocks>({dim3(unsigned(chunks)), dim3(threads)}, stream, partial, at, gradients, state, problem,
                               s);
      else
        launch_elementwise<measure_chunks>(chunks, stream, partial, at, gradients, state, problem, s);
      launch_elementwise<compare_norms>(s.count, stream, factor, partial, s);
      if constexpr (blocks)
        launch<move_blocks<Copy>>({dim3(unsigned(chunks)), dim3(threads)}, stream, at, to, factor, state, problem, s);
      else
        launch_elementwise<move_chunks<Copy>>(chunks, stream, at, to, factor, state, problem, s);
    });
  });
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "lamb_chunk",
                        .rank = 5,
                        .launch = &run<false>,
                        .supports = &is_lamb,
                        .workspace_bytes = &lamb_workspace});
  registry.add<Update>({.name = "lamb_block",
                        .rank = 6,
                        .targets = on_blocks,
                        .launch = &run<true>,
                        .supports = &is_lamb,
                        .workspace_bytes = &lamb_workspace});
});

}  // namespace
}  // namespace gs::GS_TARGET
