// halo_tile.h - the tiles of the halo variants, convolutions of 3x3 windows with stride 1 and padding 1, and the rule
// that selects one.
//
// A block writes some channels of a tile of pixels. It sums over the channels that it reads, a chunk at a time: the
// pixels of the tile with a halo of one pixel around it, and the weights, lie in shared memory. A warp computes 4 x 16
// pixels, as two by two tiles of 16 rows for the tensor cores. Rows m and m + 8 of tile (i, j) are pixels
// (i, 2 m + j) and (2 + i, 2 m + j): a thread holds whole 2x2 windows, for a max-pool. Even and odd columns lie apart
// in shared memory, so that the columns of a tile and a tap, every second one, are neighbours there.
#pragma once
#include "kernels/common/divide.h"
#include "kernels/common/run.h"
#include "kernels/common/tensor_gemm.h"
#include "kernels/conv2d/conv2d.h"

namespace gs::GS_TARGET {

/// Defined in conv2d_halo_tensor.cu; shared by the halo variants. True for windows of 3x3 pixels, stride 1, padding 1,
/// one group, and channels and filters in eights, if the offsets fit 31 bits.
bool conv2d_halo_supports(const Conv2d&);

/// Extents of a halo convolution.
struct HaloMap {
  int rows, columns;           ///< of an image, read and written
  int depth, outputs;          ///< channels of a pixel that is read; of one that is written
  int warps_down;              ///< warps of a block along the rows
  Divider by_across, by_down;  ///< tiles along a row of an image, and along a column
  GS_BOTH int staged_rows() const { return 4 * warps_down + 2; }
};

/// `outputs` channels per block and `warp_outputs` per warp; `steps` tensor-core instructions span a chunk.
template <class T, int steps_, int outputs_, int warp_outputs_>
struct HaloTile {
  using Element = T;
  static constexpr int steps = steps_, outputs = outputs_, warp_outputs = warp_outputs_;
  static constexpr int warps_across = outputs / warp_outputs, tiles = warp_outputs / 8;
  static constexpr int chunk = steps * step_depth<T>;  ///< channels staged at a time
  /// From one staged pixel to the next, an odd multiple of 16 bytes: ldmatrix reads 8 neighbours without conflicts.
  static constexpr int pitch = chunk + group_elements<T>;
  static constexpr int columns = 16, staged_columns = columns + 2;
  static constexpr int row = staged_columns * pitch;
  /// The place of a column of the halo among the staged ones.
  GS_BOTH static constexpr int place(int column) { return column % 2 * (staged_columns / 2) + column / 2; }
};

inline constexpr int halo_threads = 128;  ///< at most
inline constexpr int halo_blocks = 3;     ///< minimum per SM

/// A block's tile of pixels.
struct HaloPlace {
  int image, top, left;
  __device__ HaloPlace(const HaloMap& map, int tile) {
    const int across = map.by_across.split(tile), down = map.by_down.split(tile);
    image = tile, top = down * 4 * map.warps_down, left = across * 16;
  }
};

/// Calls body(tile, map, grid, threads) with the tile for images of `rows` x `columns` pixels. The more channels a warp
/// writes, the fewer instructions it needs per product; blocks of four such warps are used if they occupy the GPU.
/// Else a warp writes 8 channels, and a block as many as still occupy the GPU; warps along the rows share its weights.
template <class T, class Body>
void with_halo_tile(int images, int rows, int columns, int depth, int outputs, const Body& body) {
  const auto blocks = [&](int tile_outputs, int warps_down) {
    return std::int64_t(images) * parts(rows, 4 * warps_down) * parts(columns, 16) * parts(outputs, tile_outputs);
  };
  const auto occupy = [&](std::int64_t count) { return 8 * count >= 7 * 132; };  // seven eighths of the SMs
  const auto run = [&](auto tile, int warps_down) {
    const HaloMap map{
        rows, columns, depth, outputs, warps_down, Divider(parts(columns, 16)), Divider(parts(rows, 4 * warps_down))};
    body(tile, map, dim3(unsigned(blocks(outputs, warps_down)), unsigned(parts(outputs, tile.outputs))),
         dim3(unsigned(32 * tile.warps_across * warps_down)));
  };
  const auto with_steps = [&](auto steps) {
    if (outputs > 16 && occupy(blocks(32, 4))) return run(HaloTile<T, steps, 32, 32>(), 4);
    if (outputs > 16 && occupy(blocks(32, 2))) return run(HaloTile<T, steps, 32, 16>(), 2);
    if (outputs > 8 && occupy(blocks(16, 4))) return run(HaloTile<T, steps, 16, 16>(), 4);
    int tile_outputs = outputs <= 8 ? 8 : outputs <= 16 ? 16 : 32;
    while (tile_outputs > 8 && 2 * blocks(tile_outputs, 1) <= 132) tile_outputs /= 2;
    int warps_down = 32 / tile_outputs;
    while (warps_down > 1 && !occupy(blocks(tile_outputs, warps_down))) warps_down /= 2;
    if (tile_outputs == 8) return run(HaloTile<T, steps, 8, 8>(), warps_down);
    if (tile_outputs == 16) return run(HaloTile<T, steps, 16, 8>(), warps_down);
    run(HaloTile<T, steps, 32, 8>(), warps_down);
  };
  if (depth % (2 * step_depth<T>) == 0)
    with_steps(std::integral_constant<int, 2>());
  else
    with_steps(std::integral_constant<int, 1>());
}

}  // namespace gs::GS_TARGET
