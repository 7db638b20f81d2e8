// outer_products.h - a thread's part of a dense layer's weight gradient, dW[o,j] = sum_i dy[i,o] x[i,j], in registers:
// 8 outputs by 4 inputs, a "square". It reads the batch once, without shared memory or barriers; images are added in
// their order.
#pragma once
#include "kernels/common/divide.h"
#include "kernels/common/run.h"
#include "kernels/dense/dense.h"

namespace gs::GS_TARGET {

constexpr int outer_threads = 256, outer_outputs = 8, outer_inputs = 4;

/// The squares of a layer, numbered along the inputs first. If they are `whole`, none reaches past the weights' end,
/// and all of its accesses to x, dy and the weights are aligned.
struct Squares {
  int count;
  Divider columns;

  explicit Squares(const Dense& d) : count(int(number(d))), columns((d.in + outer_inputs - 1) / outer_inputs) {}
  static std::int64_t number(const Dense& d) {
    return (std::int64_t(d.in) + outer_inputs - 1) / outer_inputs * ((d.out + outer_outputs - 1) / outer_outputs);
  }
  /// Numbers of squares must fit 31 bits.
  static bool supports(const Dense& d) { return number(d) < 1 << 30; }
  unsigned blocks() const { return unsigned((count + outer_threads - 1) / outer_threads); }
};

template <class T>
bool whole_squares(const Dense& d, const T* x, const T* dy) {
  return d.in % outer_inputs == 0 && d.out % outer_outputs == 0 && aligned_for<outer_inputs>(x) &&
         aligned_for<run_of_16_bytes<T>>(dy);
}

template <class T, bool whole>
struct OuterProducts {
  int o, j, outputs, inputs;  ///< the square's first output and input, and its extents
  float sums[outer_outputs][outer_inputs] = {};

  __device__ OuterProducts(const T* __restrict__ x, const T* __restrict__ dy, const Dense& d, const Squares& squares,
                           int square) {
    int row = square;
    j = squares.columns.split(row) * outer_inputs;
    o = row * outer_outputs;
    outputs = whole || d.out - o > outer_outputs ? outer_outputs : d.out - o;
    inputs = whole || d.in - j > outer_inputs ? outer_inputs : d.in - j;
    const T *from = x + j, *gradient = dy + o;
#pragma unroll 2
    for (int i = 0; i < d.n; ++i, from += d.in, gradient += d.out) {
      float xs[outer_inputs], gradients[outer_outputs];
      read(xs, from, inputs);
      read(gradients, gradient, outputs);
#pragma unroll
      for (int a = 0; a < outer_outputs; ++a)
#pragma unroll
        for (int b = 0; b < outer_inputs; ++b) sums[a][b] += gradients[a] * xs[b];
    }
  }

  /// db of the square's outputs: the threads of the first inputs add it up, from the cache.
  struct BiasGradients {
    float values[outer_outputs] = {};
  };
  __device__ BiasGradients bias_gradients(const T* __restrict__ dy, const Dense& d) const {
    BiasGradients sums;
    const T* gradient = dy + o;
#pragma unroll 2
    for (int i = 0; i < d.n; ++i, gradient += d.out) {
      float gradients[outer_outputs];
      read(gradients, gradient, outputs);
#pragma unroll
      for (int a = 0; a < outer_outputs; ++a) sums.values[a] += gradients[a];
    }
    return sums;
  }

 private:
  /// Reads with as few accesses as possible; 0 past the end.
  template <int count>
  static __device__ void read(float (&to)[count], const T* from, int inside) {
    if constexpr (whole) {
      load_runs<count>(to, from);
    } else {
#pragma unroll
      for (int k = 0; k < count; ++k) to[k] = k < inside ? widened(from[k]) : 0.0f;
    }
  }
};

}  // namespace gs::GS_TARGET
