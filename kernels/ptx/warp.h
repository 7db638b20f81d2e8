// warp.h - execution state of a block and its warps.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/ptx/launch.h"

namespace gs::ptx {

inline constexpr std::uint32_t all_lanes = ~std::uint32_t(0);

/// Lanes of a warp that are at the same instruction.
struct LaneGroup {
  enum class State : std::uint8_t { ready, at_barrier, waiting };
  int pc = 0;
  std::uint32_t mask = 0;
  State state = State::ready;
};

/// Asynchronous copy to shared memory that was issued and not yet waited for.
struct PendingCopy {
  std::uint32_t to;
  std::uint32_t group;  ///< groups that its lane had committed before
  std::uint8_t bytes, lane;
  std::byte data[16];
};

/// The state of a byte of shared memory.
enum class SharedByte : std::uint8_t { never_written, copy_in_flight, written };

struct Warp;
class WarpTimeline;

struct Block {
  const Launch* launch = nullptr;
  Dim3 index;
  std::byte* shared = nullptr;
  std::uint32_t shared_bytes = 0;
  std::vector<SharedByte> shared_state;
  std::vector<Warp> warps;

  std::vector<std::uint64_t> executed;  ///< by instruction, summed over the blocks that ran here
  std::uint64_t lane_instructions = 0;
  std::vector<Region> region_of;  ///< by instruction: region of its latest global access
};

struct Warp {
  Block* block = nullptr;
  unsigned index = 0;
  std::uint32_t started = 0, alive = 0;
  std::byte* registers = nullptr;
  std::byte *local = nullptr, *call_parameters = nullptr;  ///< of lane 0; lanes are a stride apart
  std::uint32_t local_stride = 0, call_stride = 0;
  std::vector<LaneGroup> groups;
  std::vector<PendingCopy> copies;
  std::uint32_t committed[32] = {};  ///< groups of copies, by lane
  WarpTimeline* timeline = nullptr;  ///< null in blocks that are not timed

  template <class T>
  T* lanes(std::uint32_t offset) {
    return reinterpret_cast<T*>(registers + offset);
  }
  std::uint32_t& predicate(std::uint32_t offset) { return *lanes<std::uint32_t>(offset); }
};

/// Runs a warp until each lane has ended, waits at the block's barrier, or waits for such lanes.
void run_warp(Warp&);

/// Throws PtxError with kernel, block, thread, source line and instruction.
[[noreturn]] void fail(const Warp&, const Instruction&, unsigned lane, const std::string& what);

/// Name without scope and arguments: "scale" for void gs::cuda::scale<float>(int).
std::string plain_name(const std::string& mangled);

}  // namespace gs::ptx
