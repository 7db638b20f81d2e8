// parts.h - the number of parts that cover an extent: of blocks for elements, of tiles for a matrix.
#pragma once

namespace gs {

constexpr int parts(int extent, int part) {
  return (extent + part - 1) / part;
}

}  // namespace gs
