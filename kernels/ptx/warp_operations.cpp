// warp_operations.cpp - warp-level instructions: shuffles, votes, and loads of 8x8 matrices.
#include <cstring>

#include "kernels/ptx/address.h"
#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

// --- shfl.sync d(|p), a, b, c, members: each lane gets the value of another lane of its segment, or its own

enum Shuffle : std::uint8_t { up, down, bfly, idx };

void shuffle(Warp& w, const Instruction& i, std::uint32_t mask) {
  const auto at = [&](std::size_t operand) { return w.lanes<std::uint32_t>(i.operand[operand]); };
  const std::uint32_t *const a = at(2), *const b = at(3), *const c = at(4), *const members = at(5);
  std::uint32_t values[32], in_range = 0;
  for_lanes(mask, [&](unsigned l) {
    const std::uint32_t clamp = c[l] & 31, segment = c[l] >> 8 & 31, by = b[l] & 31;
    const int first = int(l & segment), last = int((l & segment) | (clamp & ~segment));
    int source = 0;
    switch (i.mode) {
      case up:
        source = int(l) - int(by);
        break;
      case down:
        source = int(l + by);
        break;
      case bfly:
        source = int(l ^ by);
        break;
      default:
        source = first | int(by & ~segment);
    }
    const bool inside = i.mode == up ? source >= last : source <= last;  // with .up, c names the first lane
    if (!inside) source = int(l);
    if ((members[l] & mask & 1u << source) == 0)  // a lane beyond the block's threads never takes part
      fail(w, i, l, "reads the value of lane " + std::to_string(source) + ", which does not take part");
    values[l] = a[source];
    in_range |= std::uint32_t(inside) << l;
  });
  for_lanes(mask, [&](unsigned l) { at(0)[l] = values[l]; });
  std::uint32_t& predicate = w.predicate(i.operand[1]);
  predicate = (predicate & ~mask) | in_range;
}

void decode_shfl(Decoder& d) {
  if (!d.opcode.take("sync")) refuse("is supported as shfl.sync only");
  const int kind = d.opcode.take_one_of({"up", "down", "bfly", "idx"});
  if (kind < 0) refuse("has no supported kind of shuffle");
  d.i.mode = std::uint8_t(kind);
  if (d.opcode.take_type() != Type::b32) refuse("is supported for .b32 only");
  const bool says_range = d.operands.size() == 6;  // d|p
  std::size_t next = 0;
  d.bind(next++, 32);
  if (says_range)
    d.bind(next++, 1);
  else
    d.i.operand[d.i.operands++] = d.predicate_sink();
  for (int j = 0; j < 4; ++j) d.bind(next++, 32);
  d.expect_operands(next);
  d.i.flow = Flow::warp;
  d.i.members = d.i.operand[5];
  d.i.run = shuffle;
}

// --- vote.sync d, p, members

enum Vote : std::uint8_t { ballot, all_of, any_of, uniform };

void vote(Warp& w, const Instruction& i, std::uint32_t mask) {
  const std::uint32_t* const members = w.lanes<std::uint32_t>(i.operand[2]);
  const std::uint32_t p = i.negated ? ~w.predicate(i.operand[1]) : w.predicate(i.operand[1]);
  for_lanes(mask, [&](unsigned l) {
    const std::uint32_t voters = members[l] & mask, yes = p & voters;
    if (i.mode == ballot) {
      w.lanes<std::uint32_t>(i.operand[0])[l] = yes;
      return;
    }
    const bool all = yes == voters, none = yes == 0;
    const bool answer = i.mode == all_of ? all : i.mode == any_of ? !none : all || none;
    std::uint32_t& d = w.predicate(i.operand[0]);
    d = (d & ~(1u << l)) | std::uint32_t(answer) << l;
  });
}

void decode_vote(Decoder& d) {
  if (!d.opcode.take("sync")) refuse("is supported as vote.sync only");
  const int which = d.opcode.take_one_of({"ballot", "all", "any", "uni"});
  if (which < 0) refuse("has no supported kind of vote");
  d.i.mode = std::uint8_t(which);
  d.opcode.take_type();
  d.bind({which == ballot ? 32 : 1, 1, 32});
  d.i.flow = Flow::warp;
  d.i.members = d.i.operand[2];
  d.i.run = vote;
}

// --- ldmatrix: lane 8m + r names row r of matrix m; lane l gets two elements of row l / 4, or of column l / 4

void load_matrices(Warp& w, const Instruction& i, std::uint32_t mask) {
  const unsigned matrices = i.elements;
  const std::uint32_t naming = matrices == 4 ? mask : mask & ((1u << 8 * matrices) - 1);
  const Addresses rows = checked_addresses(w, i, naming, address_operand(i, matrices), 16, Access::read);
  const bool transposed = i.mode != 0;
  std::uint32_t values[4][32];
  for (unsigned m = 0; m < matrices; ++m)
    for (unsigned l = 0; l < 32; ++l)
      for (unsigned half = 0; half < 2; ++half) {
        const unsigned along = l / 4, across = 2 * (l % 4) + half;
        const unsigned row = transposed ? across : along, column = transposed ? along : across;
        std::memcpy(reinterpret_cast<std::byte*>(&values[m][l]) + 2 * half, rows.of[8 * m + row] + 2 * column, 2);
      }
  for (unsigned m = 0; m < matrices; ++m)
    std::memcpy(w.lanes<std::uint32_t>(i.operand[m]), values[m], sizeof values[m]);
}

void decode_ldmatrix(Decoder& d) {
  const bool known = d.opcode.take("sync") && d.opcode.take("aligned") && d.opcode.take("m8n8");
  const int which = d.opcode.take_one_of({"x1", "x2", "x4"});
  d.i.mode = d.opcode.take("trans") ? 1 : 0;
  d.takes_space();
  if (!known || which < 0 || d.i.space != Space::shared || d.opcode.take_type() != Type::b16)
    refuse("is supported for m8n8 matrices of .b16 in shared memory only");
  d.expect_operands(2);
  d.bind_elements(0, 32);
  if (d.i.elements != 1 << which) refuse("has the wrong number of registers for its matrices");
  d.bind_address(1);
  d.i.flow = Flow::warp, d.i.whole_warp = true;
  d.i.run = load_matrices;
}

}  // namespace

void add_warp_opcodes(Decoders& all) {
  all[{"shfl", Operands::any}] = decode_shfl;
  all[{"vote", Operands::any}] = decode_vote;
  all[{"ldmatrix", Operands::any}] = decode_ldmatrix;
}

}  // namespace gs::ptx
