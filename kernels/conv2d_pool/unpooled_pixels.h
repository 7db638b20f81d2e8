// unpooled_pixels.h - a gradient in shared memory, expanded from that of its 2x2 max-pool as it is loaded: the pixel of
// a window that `argmax` names has the gradient, the other three have 0. For the halo variants' backward passes.
//
// A thread loads 16 bytes of a window's gradient, rounds them to tf32 once instead of in four pixels, and stores them
// four times. The loads are not asynchronous: a block hides their latency behind other blocks'.
#pragma once
#include "kernels/conv2d/halo_filter_gradient.h"
#include "kernels/maxpool/maxpool.h"

namespace gs::GS_TARGET {

/// The gradient of the pooled output, [images, rows / 2, columns / 2, channels] of the convolution's.
template <class T>
struct PooledGradient {
  const T* dy;
  const std::uint8_t* argmax;
};

/// 16 bytes of the gradient of a window.
template <class T>
struct PooledGroup {
  static constexpr int size = group_elements<T>;
  Run<T, size> gradient;
  Run<std::uint8_t, size> argmax;

  /// From element `at` on, which is a multiple of `size`; no gradient if not `inside`.
  __device__ void load(const PooledGradient<T>& from, int at, bool inside) {
    if (inside) {
      gradient = *reinterpret_cast<const Run<T, size>*>(from.dy + at);
      argmax = *reinterpret_cast<const Run<std::uint8_t, size>*>(from.argmax + at);
      return;
    }
#pragma unroll
    for (int e = 0; e < size; ++e) gradient.of[e] = T(), argmax.of[e] = MaxPool::no_gradient;
  }
  __device__ void add_to(float (&sums)[size]) const {
#pragma unroll
    for (int e = 0; e < size; ++e) sums[e] += argmax.of[e] < 4 ? widened(gradient.of[e]) : 0.0f;
  }
  __device__ void round() {
    if constexpr (sizeof(T) == 4) {
#pragma unroll
      for (int e = 0; e < size; ++e) gradient.of[e] = __uint_as_float(round_to_tf32(gradient.of[e]));
    }
  }
  /// Stores pixel 2 i + j of the window.
  __device__ void store(T* to, int pixel) const {
    Run<T, size> run;
#pragma unroll
    for (int e = 0; e < size; ++e) run.of[e] = argmax.of[e] == pixel ? gradient.of[e] : T();
    *reinterpret_cast<Run<T, size>*>(to) = run;
  }
};

/// HaloPixels (halo_operands.h) of a pooled gradient. A tile begins at even pixels, its halo one pixel before: the
/// first and the last windows of a row or column have only half of their pixels in it.
template <class Tile_>
class UnpooledPixels {
 public:
  using Tile = Tile_;
  using T = typename Tile::Element;
  using Source = PooledGradient<T>;

  __device__ UnpooledPixels(const Source& dy, const HaloMap& map, const HaloPlace& at)
      : map_(map), dy_(dy), image_(at.image), top_(at.top / 2 - 1), left_(at.left / 2 - 1) {}
  __device__ void start(T* stage, int first_channel) const {
    const int windows = (map_.staged_rows() / 2 + 1) * across * groups;
    for (int first = int(threadIdx.x); first < windows; first += at_once * int(blockDim.x)) {
      PooledGroup<T> group[at_once];
#pragma unroll
      for (int i = 0; i < at_once; ++i) load(group[i], first + i * int(blockDim.x), first_channel);
#pragma unroll
      for (int i = 0; i < at_once; ++i)
        if (const int window = first + i * int(blockDim.x); window < windows) store(group[i], window, stage);
    }
  }
  __device__ void round(T*) const {}

 private:
  static constexpr int groups = Tile::chunk / group_elements<T>;  // of 16 bytes in a pixel's chunk
  static constexpr int half = Tile::staged_columns / 2, across = half + 1;
  static constexpr int at_once = 2;  // windows that a thread loads before it stores the first

  __device__ void load(PooledGroup<T>& group, int window, int first_channel) const {
    const int column = left_ + window % across, row = top_ + window / across / groups;
    const int channel = first_channel + window / across % groups * group_elements<T>;
    const int rows = map_.rows / 2, columns = map_.columns / 2;
    const bool inside = unsigned(row) < unsigned(rows) && unsigned(column) < unsigned(columns) && channel < map_.depth;
    group.load(dy_, ((image_ * rows + row) * columns + column) * map_.depth + channel, inside);
    group.round();
  }
  __device__ void store(const PooledGroup<T>& group, int window, T* stage) const {
    const int column = window % across, row = window / across / groups;
    T* to = stage + (2 * row - 1) * Tile::row + window / across % groups * group_elements<T>;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      if (i == 0 ? row == 0 : 2 * row == map_.staged_rows()) continue;
      if (column > 0) group.store(to + i * Tile::row + (half + column - 1) * Tile::pitch, 2 * i);
      if (column < half) group.store(to + i * Tile::row + column * Tile::pitch, 2 * i + 1);
    }
  }
  const HaloMap& map_;
  Source dy_;
  int image_, top_, left_;  ///< of the first window
};

/// StagedGradients (halo_filter_gradient.h) of a pooled gradient. A tile consists of whole windows; a warp takes rows
/// of them.
template <class Tile>
class UnpooledGradients {
 public:
  using T = typename Tile::Element;
  using Source = PooledGradient<T>;
  float bias_sums[group_elements<T>] = {};

  __device__ UnpooledGradients(const Source& dy, const FilterMap& map, int first_filter, bool with_bias)
      : map_(map), dy_(dy), with_bias_(with_bias) {
    const int lane = int(threadIdx.x) % 32;
    in_group_ = lane % groups * group_elements<T>, column_ = lane / groups;
    filter_ = first_filter + in_group_;
  }
  __device__ void start(T* stage, int image, int top, int left) {
    const int rows = map_.rows / 2, columns = map_.columns / 2;
    for (int i = int(threadIdx.x) / 32; i < Tile::rows / 2; i += halo_threads / 32) {
      const int row = top / 2 + i;
      PooledGroup<T> group[passes];
#pragma unroll
      for (int j = 0; j < passes; ++j) {
        const int column = left / 2 + column_ + j * span;
        group[j].load(dy_, ((image * rows + row) * columns + column) * map_.filters + filter_,
                      exists(j) && row < rows && column < columns && filter_ < map_.filters);
      }
#pragma unroll
      for (int j = 0; j < passes; ++j) {
        if (!exists(j)) continue;
        if (with_bias_) group[j].add_to(bias_sums);
        group[j].round();
        T* to = stage + 2 * i * Staged::pitch + 2 * (column_ + j * span) * Tile::filters + in_group_;
#pragma unroll
        for (int pixel = 0; pixel < 4; ++pixel)
          group[j].store(to + pixel / 2 * Staged::pitch + pixel % 2 * Tile::filters, pixel);
      }
    }
  }
  __device__ void finish(T*) {}

 private:
  using Staged = typename Tile::Gradients;
  static constexpr int groups = Tile::filters / group_elements<T>, span = 32 / groups;
  static constexpr int across = Tile::columns / 2, passes = parts(across, span);
  __device__ bool exists(int pass) const {
    return (pass + 1) * span <= across || column_ + pass * span < across;
  }
  const FilterMap& map_;
  Source dy_;
  int in_group_, column_, filter_;  ///< this thread's first filter, in the block and in all; its first window's column
  bool with_bias_;
};

}  // namespace gs::GS_TARGET
