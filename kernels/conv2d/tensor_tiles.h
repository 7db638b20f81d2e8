// tensor_tiles.h - selects the tile of conv2d_tensor and conv2d_data_tensor.
#pragma once
#include <cstdint>

#include "kernels/common/divide.h"
#include "kernels/common/tensor_gemm.h"

namespace gs::GS_TARGET {

/// Calls body(tile, grid) with the largest tile that suits a group's columns and still gives every SM a block.
template <class Body>
void with_tile(int pixels, int columns, int groups, const Body& body) {
  const auto run = [&](auto tile) {
    body(tile, dim3(unsigned(parts(pixels, tile.rows)), unsigned(parts(columns, tile.columns)), unsigned(groups)));
  };
  const auto blocks = [&](int rows, int tile_columns) {
    return std::int64_t(parts(pixels, rows)) * parts(columns, tile_columns) * groups;
  };
  constexpr int multiprocessors = 132;
  if (columns <= 16)
    run(TensorTile<64, 16, 4>());
  else if (columns > 32 && blocks(64, 64) >= 2 * multiprocessors)
    run(TensorTile<64, 64, 2>());
  else if (blocks(64, 32) >= multiprocessors)
    run(TensorTile<64, 32, 2>());
  else
    run(TensorTile<32, 32, 2>());
}

}  // namespace gs::GS_TARGET
