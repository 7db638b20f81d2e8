// request.h - one memory instruction of a warp, and its sectors and bank conflicts.
#pragma once
#include <cstdint>

#include "kernels/sim/counts.h"

namespace gs::simulator::counting {

struct Request {
  std::uint32_t code = 0;       ///< the instruction, as places.h names it
  std::uint32_t lanes = 0;      ///< lanes that execute it
  std::uint32_t accessing = 0;  ///< those that access memory: an asynchronous copy may be switched off
  std::uint8_t bytes = 0;       ///< per lane, 1 to 16
  bool shared = false;
  bool loads = false, stores = false;  ///< both: an atomic operation
  bool plain = false;                  ///< neither an atomic operation, an asynchronous copy, nor a matrix load
  std::uintptr_t address[32];          ///< by lane; valid for `accessing`
};

/// Number of 32-byte sectors that its lanes touch together.
int sectors(const Request&);

/// Number of sectors if the lanes accessed neighbouring addresses from a multiple of 32 on: 4 for 32 floats, 2 for 32
/// bf16, 16 for 32 float4.
int ideal_sectors(const Request&);

/// Turns of the 32 banks (4 bytes wide) beyond the minimum. Lanes that read the same word share a turn. Accesses of 8
/// bytes are served by half-warps, of 16 bytes by quarter-warps; each takes as many turns as its busiest bank has
/// different words.
int bank_conflicts(const Request&);

/// The minimum that bank_conflicts() counts from: turns of the 32 banks if no lanes met in one.
int least_turns(const Request&);

/// All counts of the request, in a warp whose living lanes are `living`.
RequestCounts counts_of(const Request&, std::uint32_t living);

}  // namespace gs::simulator::counting
