// occupancy.h - how many blocks of a kernel fit on a multiprocessor (SM) of a GPU at a time.
#pragma once
#include <cstddef>
#include <optional>

namespace gs {

/// The limits of an SM that differ between compute capabilities. All have 65,536 registers in four equal parts, given
/// to a warp in units of 256, at most 255 to a thread, and blocks of at most 1,024 threads.
struct Multiprocessor {
  int compute;                  ///< 86 for compute capability 8.6
  int warps, blocks;            ///< resident at a time
  std::size_t shared_bytes;     ///< shared memory of the SM
  std::size_t shared_reserved;  ///< taken from it for each block, beyond what the block asks for
  std::size_t shared_unit;      ///< a block's share is rounded up to a multiple of this
};

/// Compute capabilities 75, 80, 86, 89, 90, 100 and 120; nullptr for others.
const Multiprocessor* multiprocessor(int compute);

/// A block as a launch asks for it.
struct BlockNeeds {
  int threads;
  std::size_t shared_bytes = 0;  ///< static and dynamic
  std::optional<int> registers;  ///< per thread; a compiler says it. Without it, registers set no limit
};

enum class ResidencyLimit { warps, blocks, shared_memory, registers };

struct Occupancy {
  int blocks;   ///< resident on an SM at a time; 0: such a block cannot run there
  int warps;    ///< of these blocks
  double part;  ///< warps / the warps that the SM could hold, 0 to 1
  ResidencyLimit limit;  ///< the first of its declaration that allows no more blocks
};

/// `block.threads` is 1 or more.
Occupancy occupancy(const Multiprocessor&, const BlockNeeds& block);

}  // namespace gs
