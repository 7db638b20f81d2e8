// winograd_transforms.h - the transforms of Winograd's minimal filtering on vectors of floats: Lavin and Gray, "Fast
// Algorithms for Convolutional Neural Networks" (2016).
//
//   Y = A^T [ (G g G^T) * (B^T d B) ] A      m x m outputs of a 3x3 filter g over an input tile d of m + 2 by m + 2
//
// A tile's values are those of a polynomial, and a product of polynomials is a product of their values at m + 1 points
// and infinity. F(2x2, 3x3) takes the points 0, 1, -1; F(4x4, 3x3) 0, +-1/sqrt(2), +-sqrt(2), whose powers differ least
// in size: the usual 0, +-1, +-2 make errors about twice as large.
//
//   m = 2:   B^T = 1  0 -1  0     G =  1   0   0     A^T = 1  1  1  0
//                  0  1  1  0         1/2 1/2 1/2          0  1 -1 -1
//                  0 -1  1  0         1/2 -1/2 1/2
//                  0  1  0 -1          0   0   1
//
//   m = 4:   B^T = 1   0  -5/2   0   1   0     G =   1     0     0      A^T = 1   1    1    1    1   0
//   a = 1/   0 -2a  -2     a   1   0              -2/3 -2a/3  -1/3           0   a   -a    b   -b   0
//   sqrt(2)  0  2a  -2    -a   1   0              -2/3  2a/3  -1/3           0  a^2  a^2  b^2  b^2  0
//   b =      0 -b/2 -1/2   b   1   0               1/6   b/6   1/3           0  a^3 -a^3  b^3 -b^3  1
//   sqrt(2)  0  b/2 -1/2  -b   1   0               1/6  -b/6   1/3
//            0   1   0   -5/2  0   1                0     0     1
//
// The filter gradient is a filtering, too, with 3x3 outputs dw and dy in the place of the filter. Its transforms
// multiply dy by the powers of the points, and only the result by the factors in front of G's rows.
#pragma once
#include "kernels/common/host_vector.h"

namespace gs::GS_TARGET {

/// One dimension of the transforms for m outputs.
template <int m>
struct Filtering;

template <>
struct Filtering<2> {
  template <class V>
  GS_INLINE static void inputs(V (&to)[4], const V (&d)[4]) {
    to[0] = d[0] - d[2], to[1] = d[1] + d[2], to[2] = d[2] - d[1], to[3] = d[1] - d[3];
  }
  template <class V>
  GS_INLINE static void filter(V (&to)[4], const V (&g)[3]) {
    to[0] = g[0], to[1] = 0.5f * (g[0] + g[1] + g[2]), to[2] = 0.5f * (g[0] - g[1] + g[2]), to[3] = g[2];
  }
  template <class V>
  GS_INLINE static void outputs(V (&y)[2], const V (&at)[4]) {
    y[0] = at[0] + at[1] + at[2], y[1] = at[1] - at[2] - at[3];
  }
  template <class V>
  GS_INLINE static void gradients(V (&to)[4], const V (&dy)[2]) {
    to[0] = dy[0], to[1] = dy[0] + dy[1], to[2] = dy[0] - dy[1], to[3] = dy[1];
  }
  template <class V>
  GS_INLINE static void taps(V (&dw)[3], const V (&at)[4]) {
    const V sum = 0.5f * (at[1] + at[2]);
    dw[0] = at[0] + sum, dw[1] = 0.5f * (at[1] - at[2]), dw[2] = sum - at[3];
  }
};

template <>
struct Filtering<4> {
  static constexpr float a = 0.70710678118654752f, b = 1.41421356237309505f;
  static constexpr float factor_a = -2.0f / 3, factor_b = 1.0f / 6;  ///< in front of G's rows

  template <class V>
  GS_INLINE static void inputs(V (&to)[6], const V (&d)[6]) {
    to[0] = d[0] - 2.5f * d[2] + d[4];
    set_pair(to[1], to[2], d[4] - 2.0f * d[2], a * (d[3] - 2.0f * d[1]));
    set_pair(to[3], to[4], d[4] - 0.5f * d[2], b * (d[3] - 0.5f * d[1]));
    to[5] = d[1] - 2.5f * d[3] + d[5];
  }
  template <class V>
  GS_INLINE static void filter(V (&to)[6], const V (&g)[3]) {
    to[0] = g[0];
    set_pair(to[1], to[2], factor_a * (g[0] + 0.5f * g[2]), factor_a * a * g[1]);
    set_pair(to[3], to[4], factor_b * (g[0] + 2.0f * g[2]), factor_b * b * g[1]);
    to[5] = g[2];
  }
  template <class V>
  GS_INLINE static void outputs(V (&y)[4], const V (&at)[6]) {
    const V even_a = at[1] + at[2], odd_a = a * (at[1] - at[2]);
    const V even_b = at[3] + at[4], odd_b = b * (at[3] - at[4]);
    y[0] = at[0] + even_a + even_b;
    y[1] = odd_a + odd_b;
    y[2] = 0.5f * even_a + 2.0f * even_b;
    y[3] = 0.5f * odd_a + 2.0f * odd_b + at[5];
  }
  template <class V>
  GS_INLINE static void gradients(V (&to)[6], const V (&dy)[4]) {
    to[0] = dy[0];
    set_pair(to[1], to[2], dy[0] + 0.5f * dy[2], a * (dy[1] + 0.5f * dy[3]));
    set_pair(to[3], to[4], dy[0] + 2.0f * dy[2], b * (dy[1] + 2.0f * dy[3]));
    to[5] = dy[3];
  }
  template <class V>
  GS_INLINE static void taps(V (&dw)[3], const V (&at)[6]) {
    const V even_a = factor_a * (at[1] + at[2]), even_b = factor_b * (at[3] + at[4]);
    dw[0] = at[0] + even_a + even_b;
    dw[1] = factor_a * a * (at[1] - at[2]) + factor_b * b * (at[3] - at[4]);
    dw[2] = 0.5f * even_a + 2.0f * even_b + at[5];
  }

 private:
  /// The values at a point and at its negative, from the sums of the even and the odd powers.
  template <class V>
  GS_INLINE static void set_pair(V& positive, V& negative, const V& even, const V& odd) {
    positive = even + odd, negative = even - odd;
  }
};

/// to = T from T^T, where transform(column_of_to, column_of_from) multiplies by T.
template <int out, int in, class V, class Transform>
GS_INLINE void transform_square(V (&to)[out][out], const V (&from)[in][in], const Transform& transform) {
  V half[out][in];
#pragma GCC unroll 6
  for (int j = 0; j < in; ++j) {
    V column[in], result[out];
#pragma GCC unroll 6
    for (int i = 0; i < in; ++i) column[i] = from[i][j];
    transform(result, column);
#pragma GCC unroll 6
    for (int i = 0; i < out; ++i) half[i][j] = result[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < out; ++i) transform(to[i], half[i]);
}

}  // namespace gs::GS_TARGET
