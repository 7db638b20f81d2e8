// window_matrices.h - operands of tensor_gemm.h for convolutions: matrices of windows, whose lines are pixels and whose
// groups are taps, and the reordered filters. None of them is ever stored.
#pragma once
#include "kernels/common/divide.h"
#include "kernels/common/plain_matrix.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

/// Defined in conv2d_tensor.cu; shared by the variants on tensor cores.
bool conv2d_tensor_supports(const Conv2d&);

/// Extents of windows over images of `rows` x `columns` pixels, with down x across windows per image. A tap is
/// (r, s, channel), the channel fastest; `taps` and `channels` count those of one group.
struct WindowMap {
  int pixels, taps;  ///< windows in the batch; taps per window
  int rows, columns, channels;
  int pitch;  ///< from one pixel to the next: the channels of all groups
  int window_rows, window_columns, stride, pad;
  bool vectors;  ///< a pixel's channels begin and end at multiples of 16 bytes
  Divider by_across, by_down, by_channels, by_window_columns, by_stride;

  struct Tap {
    int r, s, channel;
  };
  /// Positions of missing pixels and taps: the sum (or difference) with any other position is outside of every
  /// image.
  static constexpr int no_pixel = -(1 << 30), no_tap = 1 << 29;

  /// Tap i of the group whose first channel is `first`; its channel is absolute.
  GS_BOTH Tap tap(int i, int first) const {
    if (i >= taps) return {no_tap, 0, 0};
    const int channel = first + by_channels.split(i), s = by_window_columns.split(i);
    return {i, s, channel};
  }
  GS_BOTH void next(Tap& tap, int first) const {
    if (++tap.channel < first + channels) return;
    tap.channel = first;
    if (++tap.s < window_columns) return;
    tap.s = 0;
    if (++tap.r >= window_rows) tap.r = no_tap;
  }
};

/// Copies a group of taps of a window, at once if they are aligned. matrix.place(line, tap) is a tap's offset, or -1
/// outside of the image.
template <class Matrix, class Line, class Element>
__device__ inline void copy_taps(const Matrix& matrix, const WindowMap& map, const Element* from, Element* to,
                                 const Line& line, WindowMap::Tap tap, int first_channel) {
  if (map.vectors) {
    const int at = matrix.place(line, tap);
    async_copy_16(to, from + (at < 0 ? 0 : at), at >= 0);
  } else if (tap.r == WindowMap::no_tap) {
    *reinterpret_cast<float4*>(to) = make_float4(0, 0, 0, 0);  // one store instead of many copies
  } else {
    copy_singly(to, from, [&](int) {
      const int at = matrix.place(line, tap);
      map.next(tap, first_channel);
      return at;
    });
  }
}

/// Element (pixel of y, tap) = x at the tap's place in the pixel's window; 0 in the padding.
template <class Element_, bool along_depth_>
struct Windows {
  using Element = Element_;
  static constexpr bool along_depth = along_depth_;
  struct Line {
    int row, column, origin;  // position of the window's first tap, and its offset
  };
  using Group = WindowMap::Tap;

  const Element* x;
  const WindowMap& map;
  int last;           ///< pixels from here on are treated as missing
  int first_channel;  ///< first channel of the group

  __device__ Line line(int pixel) const {
    if (pixel >= last) return {WindowMap::no_pixel, 0, 0};
    const int q = map.by_across.split(pixel), p = map.by_down.split(pixel);  // `pixel` becomes the image
    return window(pixel, p, q);
  }
  /// The line of output (p, q) of an image.
  __device__ Line window(int image, int p, int q) const {
    const int row = p * map.stride - map.pad, column = q * map.stride - map.pad;
    return {row, column, ((image * map.rows + row) * map.columns + column) * map.pitch};
  }
  __device__ Group group(int tap) const { return map.tap(tap, first_channel); }
  __device__ int place(const Line& line, const Group& tap) const {
    const int row = line.row + tap.r, column = line.column + tap.s;
    if (row < 0 || row >= map.rows || column < 0 || column >= map.columns) return -1;
    return line.origin + (tap.r * map.columns + tap.s) * map.pitch + tap.channel;
  }
  __device__ void copy(Element* to, const Line& line, const Group& tap) const {
    copy_taps(*this, map, x, to, line, tap, first_channel);
  }
};

/// Windows in the order of a 2x2 max-pool of stride 2: row 32 b + 8 j + i is pixel j of pool window 8 b + i, so that
/// the rows m, m + 8, m + 16 and m + 24 of one thread form one pool window. The map's pixels are pool windows.
template <class Element>
struct PooledWindows : Windows<Element, true> {
  using Line = typename Windows<Element, true>::Line;

  /// The pool window that `row` belongs to.
  __device__ static int pool_window(int row) { return row / 32 * 8 + row % 8; }
  __device__ Line line(int row) const {
    int window = pool_window(row);
    if (window >= this->last) return {WindowMap::no_pixel, 0, 0};
    const int pixel = row / 8 % 4, q = this->map.by_across.split(window), p = this->map.by_down.split(window);
    return this->window(window, 2 * p + pixel / 2, 2 * q + pixel % 2);
  }
};

/// Element (pixel of x, tap (r, s, k)) = dy of the output that the pixel contributes to through the tap; 0 if
/// none.
template <class Element_>
struct GradientWindows {
  using Element = Element_;
  static constexpr bool along_depth = true;
  struct Line {
    int first_row, row, column;  // first_row: the image's first row of dy, counted over all images
  };
  using Group = WindowMap::Tap;

  const Element* dy;
  const WindowMap& map;
  int first_channel;  ///< first channel of the group

  __device__ Line line(int pixel) const {
    if (pixel >= map.pixels) return {0, WindowMap::no_pixel, 0};
    const int column = map.by_across.split(pixel), row = map.by_down.split(pixel);
    return {pixel * map.rows, row + map.pad, column + map.pad};
  }
  __device__ Group group(int tap) const { return map.tap(tap, first_channel); }
  __device__ int place(const Line& line, const Group& tap) const {
    int p = line.row - tap.r, q = line.column - tap.s;
    if (p < 0 || q < 0) return -1;
    if (map.stride > 1 && (map.by_stride.split(p) != 0 || map.by_stride.split(q) != 0)) return -1;
    if (p >= map.rows || q >= map.columns) return -1;
    return ((line.first_row + p) * map.columns + q) * map.pitch + tap.channel;
  }
  __device__ void copy(Element* to, const Line& line, const Group& tap) const {
    copy_taps(*this, map, dy, to, line, tap, first_channel);
  }
};

/// Element (tap (r, s, k), c) = w[k, r, s, c] of a group: a plain matrix with its lines reordered.
template <class Element>
struct TurnedFilters : PlainMatrix<Element, false> {
  const WindowMap& map;
  int first;  ///< offset of the group's filters

  __device__ TurnedFilters(const Element* w, int first, int channels, bool vectors, const WindowMap& map)
      : PlainMatrix<Element, false>{w, map.taps, channels, vectors}, map(map), first(first) {}
  __device__ int line(int i) const {
    if (i >= map.taps) return -1;
    const int k = map.by_channels.split(i);  // `i` becomes (r, s)
    return (k * map.window_rows * map.window_columns + i) * this->line_elements + first;
  }
};

/// The windows of `d` over x, for the forward pass and the filter gradient.
inline WindowMap windows_of(const Conv2d& d, bool vectors) {
  return {.pixels = d.n * d.p() * d.q(),
          .taps = d.r * d.s * d.group_c(),
          .rows = d.h,
          .columns = d.w,
          .channels = d.group_c(),
          .pitch = d.c,
          .window_rows = d.r,
          .window_columns = d.s,
          .stride = d.stride,
          .pad = d.pad,
          .vectors = vectors,
          .by_across = Divider(d.q()),
          .by_down = Divider(d.p()),
          .by_channels = Divider(d.group_c()),
          .by_window_columns = Divider(d.s),
          .by_stride = Divider(d.stride)};
}
/// The windows over dy, one for each pixel of x, for the data gradient.
inline WindowMap gradient_windows_of(const Conv2d& d, bool vectors) {
  return {.pixels = d.n * d.h * d.w,
          .taps = d.r * d.s * d.group_k(),
          .rows = d.p(),
          .columns = d.q(),
          .channels = d.group_k(),
          .pitch = d.k,
          .window_rows = d.r,
          .window_columns = d.s,
          .stride = d.stride,
          .pad = d.pad,
          .vectors = vectors,
          .by_across = Divider(d.w),
          .by_down = Divider(d.h),
          .by_channels = Divider(d.group_k()),
          .by_window_columns = Divider(d.s),
          .by_stride = Divider(d.stride)};
}

}  // namespace gs::GS_TARGET
