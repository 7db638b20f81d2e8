// mma.h - nvcuda::wmma: matrix products by whole warps, of half, bfloat16 and tf32 with sums in float.
//
// A fragment holds a share of a matrix. CUDA leaves open which lane holds what; here lane l holds the elements
// l, l + 32, l + 64 ... of the matrix, counted row by row.
#pragma once
#include <cstdint>

#include "kernels/sim/block.h"
#include "kernels/sim/textbook/half_arithmetic.h"

namespace nvcuda::wmma {

struct matrix_a {};
struct matrix_b {};
struct accumulator {};
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };

namespace precision {
struct tf32 {};
}  // namespace precision

namespace detail {
template <class T>
struct Element {
  using Type = T;
};
template <>
struct Element<precision::tf32> {
  using Type = float;
};

inline float widened(float x) {
  return x;
}
inline float widened(gs::simulator::__half x) {
  return gs::simulator::__half2float(x);
}
inline float widened(gs::simulator::__nv_bfloat16 x) {
  return gs::simulator::__bfloat162float(x);
}
}  // namespace detail

/// The nearest tf32: a float with 10 bits of mantissa.
inline float __float_to_tf32(float x) {
  return __builtin_bit_cast(float, (__builtin_bit_cast(std::uint32_t, x) + 0x1000u) & ~0x1fffu);
}

template <class Use, int m, int n, int k, class T, class Layout = void>
class fragment {
  static constexpr int rows = std::is_same_v<Use, matrix_b> ? k : m;
  static constexpr int columns = std::is_same_v<Use, matrix_a> ? k : n;
  static_assert((m == 16 && n == 16) || (m == 32 && n == 8) || (m == 8 && n == 32),
                "wmma knows tiles of 16 x 16, 32 x 8 and 8 x 32");

 public:
  using element_type = typename detail::Element<T>::Type;
  static constexpr int num_elements = rows * columns / 32;
  static constexpr int row_count = rows, column_count = columns;
  static constexpr bool by_rows = !std::is_same_v<Layout, col_major>;
  element_type x[num_elements];
};

template <class Fragment, class T>
void fill_fragment(Fragment& fragment, T value) {
  for (auto& x : fragment.x) x = typename Fragment::element_type(value);
}

namespace detail {
/// Calls visit(index in x, row, column) for the elements of this lane.
template <class Fragment, class Visit>
__forceinline__ void for_elements(Visit visit) {
  const int lane = int(gs::simulator::lane_index());
  for (int i = 0; i < Fragment::num_elements; ++i) {
    const int element = i * 32 + lane;
    visit(i, element / Fragment::column_count, element % Fragment::column_count);
  }
}
}  // namespace detail

/// `stride`: elements from one row (or column) to the next.
template <class Use, int m, int n, int k, class T, class Layout, class Source>
__forceinline__ void load_matrix_sync(fragment<Use, m, n, k, T, Layout>& fragment_, const Source* source,
                                      unsigned stride, gs::simulator::Place where = gs::simulator::Place::current()) {
  using Fragment = fragment<Use, m, n, k, T, Layout>;
  gs::simulator::sync_warp(~0u, where);
  detail::for_elements<Fragment>([&](int i, int row, int column) {
    fragment_.x[i] = source[Fragment::by_rows ? row * stride + column : column * stride + row];
  });
}
template <int m, int n, int k, class T>
__forceinline__ void load_matrix_sync(fragment<accumulator, m, n, k, T>& fragment_, const T* source, unsigned stride,
                                      layout_t layout, gs::simulator::Place where = gs::simulator::Place::current()) {
  gs::simulator::sync_warp(~0u, where);
  detail::for_elements<fragment<accumulator, m, n, k, T>>([&](int i, int row, int column) {
    fragment_.x[i] = source[layout == mem_row_major ? row * stride + column : column * stride + row];
  });
}
template <int m, int n, int k, class T>
__forceinline__ void store_matrix_sync(T* target, const fragment<accumulator, m, n, k, T>& fragment_, unsigned stride,
                                       layout_t layout, gs::simulator::Place where = gs::simulator::Place::current()) {
  gs::simulator::sync_warp(~0u, where);
  detail::for_elements<fragment<accumulator, m, n, k, T>>([&](int i, int row, int column) {
    target[layout == mem_row_major ? row * stride + column : column * stride + row] = fragment_.x[i];
  });
}

/// d = a b + c
template <int m, int n, int k, class T, class LayoutA, class LayoutB, class Sum, class SumC>
void mma_sync(fragment<accumulator, m, n, k, Sum>& d, const fragment<matrix_a, m, n, k, T, LayoutA>& a,
              const fragment<matrix_b, m, n, k, T, LayoutB>& b, const fragment<accumulator, m, n, k, SumC>& c,
              gs::simulator::Place where = gs::simulator::Place::current()) {
  struct Mine {
    fragment<accumulator, m, n, k, Sum>* d;
    const fragment<matrix_a, m, n, k, T, LayoutA>* a;
    const fragment<matrix_b, m, n, k, T, LayoutB>* b;
    const fragment<accumulator, m, n, k, SumC>* c;
  } mine{&d, &a, &b, &c};
  gs::simulator::meet_whole_warp(
      [](void* const(&lanes)[gs::simulator::warp_size]) {
        const auto lane = [&](int element) { return static_cast<const Mine*>(lanes[element % 32]); };
        float sums[m * n];
        for (int row = 0; row < m; ++row)
          for (int column = 0; column < n; ++column) {
            const int at = row * n + column;
            float sum = detail::widened(lane(at)->c->x[at / 32]);
            for (int i = 0; i < k; ++i) {
              const int in_a = row * k + i, in_b = i * n + column;
              sum += detail::widened(lane(in_a)->a->x[in_a / 32]) * detail::widened(lane(in_b)->b->x[in_b / 32]);
            }
            sums[at] = sum;
          }
        for (int at = 0; at < m * n; ++at) static_cast<Mine*>(lanes[at % 32])->d->x[at / 32] = Sum(sums[at]);
      },
      &mine, where);
}

}  // namespace nvcuda::wmma
