// request.h - one instruction of a warp on memory, and what a GPU's memory makes of its addresses.
#pragma once
#include <cstdint>

#include "kernels/sim/counts.h"

namespace gs::simulator::counting {

struct Request {
  std::uint32_t code = 0;       ///< the instruction, as places.h names it
  std::uint32_t lanes = 0;      ///< that execute it
  std::uint32_t accessing = 0;  ///< of those, the ones that access anything: an asynchronous copy may be switched off
  std::uint8_t bytes = 0;       ///< of each lane, 1 to 16
  bool shared = false;
  std::uintptr_t address[32];  ///< by lane; of those that access anything
};

/// How many 32-byte sectors its lanes touch together.
int sectors(const Request&);

/// How many would do if the lanes accessed neighbouring addresses from a multiple of 32 on: 4 for 32 floats, 2 for 32
/// bf16, 16 for 32 float4.
int ideal_sectors(const Request&);

/// How many turns of the 32 banks (4 bytes wide) it takes beyond the least. Lanes that read the same word share a turn.
/// Accesses of 8 bytes are served by half-warps, of 16 bytes by quarter-warps; each of these takes as many turns as its
/// busiest bank has different words.
int bank_conflicts(const Request&);

/// All of it, for a warp in which the lanes `living` live.
RequestCounts counts_of(const Request&, std::uint32_t living);

}  // namespace gs::simulator::counting
