// async_copy.cpp - cp.async: the source is read at issue; until the wait, the destination holds NaN and may not be
// accessed.
#include <algorithm>
#include <cstring>

#include "kernels/ptx/address.h"
#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

constexpr std::uint8_t wide_destination = 1;  // Instruction::mode: the first address has 64 bits

/// cp.async [to], [from], bytes(, source bytes; the rest is zeros). i.immediate holds both displacements, the
/// destination's in its upper half.
void issue(Warp& w, const Instruction& i, std::uint32_t mask) {
  const unsigned bytes = i.bytes;
  const AddressOperand to{i.operand[0], (i.mode & wide_destination) != 0, std::int32_t(i.immediate >> 32),
                          Space::shared},
      from{i.operand[1], i.wide_address, std::int32_t(i.immediate), Space::global};
  std::uint32_t reading = mask;
  const std::uint32_t* const source_bytes = i.operands > 3 ? w.lanes<std::uint32_t>(i.operand[3]) : nullptr;
  if (source_bytes)
    for_lanes(mask, [&](unsigned l) {
      if (source_bytes[l] > bytes) fail(w, i, l, "reads more source bytes than it copies");
      if (source_bytes[l] == 0) reading &= ~(1u << l);
    });
  const Addresses shared = checked_addresses(w, i, mask, to, bytes, Access::write);
  Addresses global{};
  for (std::uint32_t left = reading; left != 0;) {  // lanes with the same source size at a time
    const unsigned length = source_bytes ? source_bytes[std::countr_zero(left)] : bytes;
    std::uint32_t same = 0;
    for_lanes(left, [&](unsigned l) { same |= std::uint32_t(!source_bytes || source_bytes[l] == length) << l; });
    const Addresses checked = checked_addresses(w, i, same, from, length, Access::read, bytes);
    for_lanes(same, [&](unsigned l) { global.of[l] = checked.of[l]; });
    left &= ~same;
  }
  for_lanes(mask, [&](unsigned l) {
    PendingCopy copy{
        std::uint32_t(shared.of[l] - w.block->shared), w.committed[l], std::uint8_t(bytes), std::uint8_t(l), {}};
    if ((reading >> l & 1) != 0) std::memcpy(copy.data, global.of[l], source_bytes ? source_bytes[l] : bytes);
    std::memset(shared.of[l], 0xff, bytes);
    std::fill_n(shared_state(*w.block, shared.of[l]), bytes, SharedByte::copy_in_flight);
    w.copies.push_back(copy);
  });
}

void commit(Warp& w, const Instruction&, std::uint32_t mask) {
  for_lanes(mask, [&](unsigned l) { ++w.committed[l]; });
}

/// cp.async.wait_group n: completes all but the lane's n latest groups. n = -1: uncommitted copies, too.
void wait(Warp& w, const Instruction& i, std::uint32_t mask) {
  std::erase_if(w.copies, [&](const PendingCopy& copy) {
    if ((mask >> copy.lane & 1) == 0) return false;
    if (i.immediate >= 0 && std::int64_t(copy.group) >= std::int64_t(w.committed[copy.lane]) - i.immediate)
      return false;
    std::memcpy(w.block->shared + copy.to, copy.data, copy.bytes);
    std::fill_n(w.block->shared_state.data() + copy.to, copy.bytes, SharedByte::written);
    return true;
  });
}

std::uint64_t literal(const Decoder& d, std::size_t index) {
  if (index >= d.operands.size() || d.operands[index].kind != Operand::Kind::value) refuse("needs a literal");
  return d.operands[index].value;
}

void decode_cp(Decoder& d) {
  if (!d.opcode.take("async")) refuse("is supported as cp.async only");
  if (d.opcode.take("commit_group")) {
    d.expect_operands(0);
    d.i.run = commit;
    d.i.copy = CopyStep::commit;
  } else if (d.opcode.take("wait_all")) {
    d.expect_operands(0);
    d.i.immediate = -1;
    d.i.run = wait;
    d.i.copy = CopyStep::wait;
  } else if (d.opcode.take("wait_group")) {
    d.expect_operands(1);
    d.i.immediate = std::int64_t(literal(d, 0));
    d.i.run = wait;
    d.i.copy = CopyStep::wait;
  } else {
    const int level = d.opcode.take_one_of({"ca", "cg"});
    if (!d.opcode.take("shared") || !d.opcode.take("global")) refuse("is supported from global to shared memory only");
    const std::uint64_t bytes = literal(d, 2);
    if (level < 0) refuse("needs .ca or .cg");
    if (bytes != 4 && bytes != 8 && bytes != 16) refuse("copies 4, 8 or 16 bytes");
    if (level == 1 && bytes != 16) refuse("copies 16 bytes with .cg");
    d.bind_address(0);
    d.i.mode = d.i.wide_address ? wide_destination : 0;
    const std::int64_t to_displacement = d.i.immediate;
    d.bind_address(1);
    d.i.immediate = std::int64_t(std::uint64_t(to_displacement) << 32 | std::uint32_t(d.i.immediate));
    d.bind(2, 32);
    if (d.operands.size() > 3) d.bind(3, 32);
    d.expect_operands(d.i.operands);
    d.i.bytes = std::uint8_t(bytes);
    d.i.run = issue;
    d.i.copy = CopyStep::start;
  }
}

}  // namespace

void add_async_copy_opcodes(Decoders& all) {
  all[{"cp", Operands::any}] = decode_cp;
}

}  // namespace gs::ptx
