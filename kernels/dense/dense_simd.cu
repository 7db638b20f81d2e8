// dense_simd.cu - a dense layer on a CPU: every core takes a share of the weights and reads (or writes) it once.
//
// Changed from dense_direct: the batch is the inner loop, so that a vector of weights serves eight rows while it is in
// a register, and inputs are cut into chunks. Eight rows of a chunk lie side by side in the core's L1 cache: x is
// copied there, unless fewer than eight outputs use it, and dx is summed there. With a small batch the layer streams
// weights: bound by memory. A run of weights, 2 KiB, ends before the CPU has noticed it, so the forward pass and the
// data gradient prefetch the next outputs'.
#include <algorithm>
#include <type_traits>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/dense/dense.h"
#include "kernels/dense/dense_launchers.h"
#include "kernels/dense/vector_chunks.h"

namespace gs::GS_TARGET {
namespace {

constexpr double work_per_core = 32768;  ///< fewer multiply-adds are not worth a second core

/// The least number of units, `work` multiply-adds each, that is worth a second core.
std::int64_t grain(double work) {
  return std::max<std::int64_t>(1, std::int64_t(work_per_core / std::max(work, 1.0)));
}

constexpr std::int64_t fewest_outputs_of_copies = 8;  ///< fewer are not worth a copy of their inputs

/// Calls f(rows_of_x, pitch): a copy of the rows of a chunk if `outputs` use it, else the rows themselves.
template <int rows, class F>
GS_INLINE void with_rows(ChunkRows& of_chunk, const float* x, const Dense& d, std::int64_t size, std::int64_t outputs,
                         const F& f) {
  if (outputs >= fewest_outputs_of_copies)
    f(of_chunk.copy<rows>(x, d, size), std::integral_constant<std::int64_t, dense_chunk_pitch>());
  else
    f(x, std::int64_t(d.in));
}

/// y[i, o] += sum of x[i, j] W[o, j] over `size` inputs, for `rows` rows and `outputs` outputs. Rows of x are
/// `x_pitch` floats apart. Prefetches as many weights from `next_w` on, which the next call reads. A function by
/// itself, because g++ keeps the sums of a larger one in memory.
template <int rows, int outputs, class Pitch>
__attribute__((noinline)) void add_products(float* y, const float* x, const float* w, const float* next_w,
                                            const Dense& d, std::int64_t size, Pitch x_pitch) {
  Vec sums[rows][outputs] = {};
  std::int64_t j = 0;
  for (; j + lanes <= size; j += lanes) {
    Vec weights[outputs];
    for (int o = 0; o < outputs; ++o) {
      weights[o] = load(w + o * d.in + j);
      __builtin_prefetch(next_w + o * d.in + j);
    }
    for (int i = 0; i < rows; ++i) {
      const Vec xs = load(x + i * x_pitch + j);
      for (int o = 0; o < outputs; ++o) sums[i][o] += xs * weights[o];
    }
  }
  if (j < size)
    for (int i = 0; i < rows; ++i)
      for (int o = 0; o < outputs; ++o)
        sums[i][o] += load(x + i * x_pitch + j, size - j) * load(w + o * d.in + j, size - j);
  for (int i = 0; i < rows; ++i)
    for (int o = 0; o < outputs; ++o) y[std::int64_t(i) * d.out + o] += sum(sums[i][o]);
}

/// dx[i, j] (+)= sum over `outputs` of dy[i, o] W[o, j], for `size` inputs. `dx`: rows of a chunk.
template <int rows, int outputs>
__attribute__((noinline)) void add_gradients(float* dx, const float* dy, const float* w, const Dense& d,
                                             std::int64_t size, bool first) {
  for (std::int64_t j = 0; j < size; j += lanes) {
    Vec weights[outputs];
    for (int o = 0; o < outputs; ++o) {
      weights[o] = load(w + o * d.in + j, size - j);
      __builtin_prefetch(w + (outputs + o) * d.in + j);
    }
    for (int i = 0; i < rows; ++i) {
      Vec sums = first ? Vec{} : load(dx + i * dense_chunk_pitch + j);
      for (int o = 0; o < outputs; ++o) sums += broadcast(dy[i * d.out + o]) * weights[o];
      store(dx + i * dense_chunk_pitch + j, sums);
    }
  }
}

/// dW[o, j] (+)= sum over `rows` of dy[i, o] x[i, j], for `size` inputs and `outputs` outputs. Rows of x are `x_pitch`
/// floats apart.
template <int rows, int outputs, class Pitch>
GS_INLINE void add_weight_gradients(float* dw, const float* x, const float* dy, const Dense& d, std::int64_t size,
                                    Pitch x_pitch, bool first) {
  Vec factors[outputs][rows];
  for (int o = 0; o < outputs; ++o)
    for (int i = 0; i < rows; ++i) factors[o][i] = broadcast(dy[i * d.out + o]);
  for (std::int64_t j = 0; j < size; j += lanes) {
    Vec inputs[rows];
    for (int i = 0; i < rows; ++i) inputs[i] = load(x + i * x_pitch + j, size - j);
    for (int o = 0; o < outputs; ++o) {
      Vec sums = first ? Vec{} : load(dw + o * d.in + j, size - j);
      for (int i = 0; i < rows; ++i) sums += factors[o][i] * inputs[i];
      store(dw + o * d.in + j, sums, size - j);
    }
  }
}

}  // namespace

void dense_forward_simd(float* y, const float* x, const float* w, const float* bias, const Dense& d, void*, stream_t) {
  const auto outputs = [&](std::int64_t begin, std::int64_t end) {
    ChunkRows of_chunk;
    for (std::int64_t i = 0; i < d.n; ++i) std::copy(bias + begin, bias + end, y + i * d.out + begin);
    for (std::int64_t j0 = 0; j0 < d.in; j0 += dense_chunk) {
      const std::int64_t j1 = std::min<std::int64_t>(j0 + dense_chunk, d.in);
      // The next chunk's, after the last output.
      const auto weights_of = [&](std::int64_t o) { return o < end ? w + o * d.in + j0 : w + begin * d.in + j1; };
      for_tiles<dense_rows>(d.n, [&]<int rows>(std::int64_t i) {
        with_rows<rows>(of_chunk, x + i * d.in + j0, d, j1 - j0, end - begin, [&](const float* xs, auto x_pitch) {
          std::int64_t o = begin;
          for (; o + dense_output_tile <= end; o += dense_output_tile)
            add_products<rows, dense_output_tile>(y + i * d.out + o, xs, weights_of(o),
                                                  weights_of(o + dense_output_tile), d, j1 - j0, x_pitch);
          for (; o < end; ++o)
            add_products<rows, 1>(y + i * d.out + o, xs, weights_of(o), weights_of(o + 1), d, j1 - j0, x_pitch);
        });
      });
    }
    if (!d.relu) return;
    for (std::int64_t i = 0; i < d.n; ++i)
      for (std::int64_t o = begin; o < end; ++o) y[i * d.out + o] = relu(y[i * d.out + o]);
  };
  host_shares(d.out, outputs, grain(double(d.n) * d.in));
}

void dense_data_gradient_simd(float* dx, const float* dy, const float* w, const float* relu_output, const Dense& d,
                              void*, stream_t) {
  const auto inputs = [&](std::int64_t first_vector, std::int64_t last_vector) {
    ChunkRows of_chunk;
    const std::int64_t end = std::min<std::int64_t>(last_vector * lanes, d.in);
    for (std::int64_t j0 = first_vector * lanes; j0 < end; j0 += dense_chunk) {
      const std::int64_t j1 = std::min(j0 + dense_chunk, end);
      for_tiles<dense_rows>(d.n, [&]<int rows>(std::int64_t i) {
        constexpr int tile = 4;
        std::int64_t o = 0;
        for (; o + tile <= d.out; o += tile)
          add_gradients<rows, tile>(of_chunk.values, dy + i * d.out + o, w + o * d.in + j0, d, j1 - j0, o == 0);
        for (; o < d.out; ++o)
          add_gradients<rows, 1>(of_chunk.values, dy + i * d.out + o, w + o * d.in + j0, d, j1 - j0, o == 0);
        const std::int64_t at = i * d.in + j0;
        of_chunk.store_gradients<rows>(dx + at, relu_output ? relu_output + at : nullptr, d, j1 - j0);
      });
    }
  };
  host_shares(vectors_in(d.in), inputs, grain(double(d.n) * d.out * lanes));
}

void dense_weight_gradient_simd(float* dw, float* db, const float* x, const float* dy, const Dense& d, void*,
                                stream_t) {
  const auto inputs = [&](std::int64_t first_vector, std::int64_t last_vector) {
    ChunkRows of_chunk;
    const std::int64_t end = std::min<std::int64_t>(last_vector * lanes, d.in);
    for (std::int64_t j0 = first_vector * lanes; j0 < end; j0 += dense_chunk) {
      const std::int64_t j1 = std::min(j0 + dense_chunk, end);
      for_tiles<dense_rows>(d.n, [&]<int rows>(std::int64_t i) {
        with_rows<rows>(of_chunk, x + i * d.in + j0, d, j1 - j0, d.out, [&](const float* xs, auto x_pitch) {
          std::int64_t o = 0;
          for (; o + 2 <= d.out; o += 2)
            add_weight_gradients<rows, 2>(dw + o * d.in + j0, xs, dy + i * d.out + o, d, j1 - j0, x_pitch, i == 0);
          for (; o < d.out; ++o)
            add_weight_gradients<rows, 1>(dw + o * d.in + j0, xs, dy + i * d.out + o, d, j1 - j0, x_pitch, i == 0);
        });
      });
    }
  };
  host_shares(vectors_in(d.in), inputs, grain(double(d.n) * d.out * lanes));
  for (std::int64_t o = 0; o < d.out; ++o) db[o] = bias_gradient(dy, d, o);
}

namespace {

void add_variants(Registry& registry) {
  registry.add<DenseForward<float>>({.name = "simd", .rank = 5, .targets = on_host, .launch = &dense_forward_simd});
  registry.add<DenseDataGradient<float>>(
      {.name = "simd", .rank = 5, .targets = on_host, .launch = &dense_data_gradient_simd});
  registry.add<DenseWeightGradient<float>>(
      {.name = "simd", .rank = 6, .targets = on_host, .launch = &dense_weight_gradient_simd});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
