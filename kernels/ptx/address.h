// address.h - checks the addresses of a memory instruction and translates them to host pointers.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/ptx/warp.h"

namespace gs::ptx {

enum class Access : std::uint8_t { read, write };

/// Host pointer of each lane's access.
struct Addresses {
  std::byte* of[32];
};

/// [%rd1+16]: a register and a displacement.
struct AddressOperand {
  std::uint32_t reg;
  bool wide;  ///< 64-bit register, else 32-bit
  std::int64_t displacement;
  Space space;
};
/// The instruction's address operand; its register is the operand at `index`.
inline AddressOperand address_operand(const Instruction& i, std::size_t index) {
  return {i.operand[index], i.wide_address, i.immediate, i.space};
}

/// Checks accesses of `bytes` bytes, aligned to `alignment` (0: to `bytes`), and returns their host pointers. Throws
/// PtxError if the access of a lane in the mask is invalid.
Addresses checked_addresses(Warp&, const Instruction&, std::uint32_t mask, const AddressOperand&, unsigned bytes,
                            Access, unsigned alignment = 0);

/// Per-byte state of shared memory from a checked address on.
SharedByte* shared_state(Block&, const std::byte*);

}  // namespace gs::ptx
