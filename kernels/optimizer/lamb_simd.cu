// lamb_simd.cu - LAMB for a CPU: every core takes whole chunks; the formula is in lamb.cpp.
//
// Changed from lamb_chunk: chunks are distributed over the cores; the grid-stride loop gives a core at least 8192
// chunks. The same bits: one core sums a chunk, in the same order.
#include "kernels/common/registration.h"
#include "kernels/optimizer/lamb_step.h"

namespace gs::GS_TARGET {
namespace {

constexpr std::int64_t chunks_a_share = 4;

void run(float* parameters, float* mean, float* mean_square, bf16* copy, const float* gradients, const StepState* state,
         const Optimizer& problem, void* workspace, stream_t) {
  auto* const partial = static_cast<Norms*>(workspace);
  auto* const factor = reinterpret_cast<float*>(partial + most_chunks(problem));
  const Buffers at{parameters, mean, mean_square};
  const Step step(*state, problem);
  with_copy(problem, copy, [&]<class Copy>(Copy to) {
    for_segments(problem, [&](const Segments& s) {
      host_shares(
          s.chunks(),
          [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t chunk = begin; chunk < end; ++chunk)
              partial[chunk] = measured(chunk_at(s, chunk), at, gradients, step);
          },
          chunks_a_share);
      for (int segment = 0; segment < s.count; ++segment) factor[segment] = factor_of(partial, s, segment);
      host_shares(
          s.chunks(),
          [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t chunk = begin; chunk < end; ++chunk) {
              const Chunk c = chunk_at(s, chunk);
              for (std::int64_t i = c.begin; i < c.end; ++i)
                move(at, to, step, state->learning_rate * factor[c.segment], i);
            }
          },
          chunks_a_share);
    });
  });
}

const Registration registration([](Registry& registry) {
  registry.add<Update>({.name = "lamb_simd",
                        .rank = 7,
                        .targets = on_host,
                        .launch = &run,
                        .supports = &is_lamb,
                        .workspace_bytes = &lamb_workspace});
});

}  // namespace
}  // namespace gs::GS_TARGET
