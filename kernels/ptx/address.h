// address.h - the addresses of a memory instruction: checked, then turned into those of this process.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/ptx/warp.h"

namespace gs::ptx {

enum class Access : std::uint8_t { read, write };

/// The place of each lane's access in this process's memory.
struct Addresses {
  std::byte* of[32];
};

/// [%rd1+16]: a register and what is added to it.
struct AddressOperand {
  std::uint32_t reg;
  bool wide;  ///< it has 64 bits, else 32
  std::int64_t displacement;
  Space space;
};
/// The address of an instruction that has one; its register is the operand at `index`.
inline AddressOperand address_operand(const Instruction& i, std::size_t index) {
  return {i.operand[index], i.wide_address, i.immediate, i.space};
}

/// Checks accesses of `bytes` bytes at multiples of `alignment` (0: of `bytes`) and finds their places. Throws PtxError
/// when a lane of the mask accesses what it may not.
Addresses checked_addresses(Warp&, const Instruction&, std::uint32_t mask, const AddressOperand&, unsigned bytes,
                            Access, unsigned alignment = 0);

/// The state of the bytes of shared memory that begin at a checked address.
SharedByte* shared_state(Block&, const std::byte*);

}  // namespace gs::ptx
