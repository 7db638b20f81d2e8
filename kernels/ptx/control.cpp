// control.cpp - branches, exits, barriers, fences, and cudaGraphSetConditional, the only function that kernels call.
#include <cstring>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

void nothing(Warp&, const Instruction&, std::uint32_t) {}

/// bar.sync 0, or bar.warp.sync members.
void decode_bar(Decoder& d) {
  if (d.opcode.take("warp")) {
    if (!d.opcode.take("sync")) refuse("is not supported");
    d.bind({32});
    d.i.flow = Flow::sync_warp;
    d.i.members = d.i.operand[0];
    return;
  }
  if (!d.opcode.take("sync") || d.operands.size() != 1 || d.operands[0].kind != Operand::Kind::value ||
      d.operands[0].value != 0)
    refuse("is supported as bar.sync 0 and bar.warp.sync only");
  d.i.flow = Flow::barrier;
}

void decode_branch(Decoder& d) {  // the parser sets the target
  d.opcode.take("uni");
  d.i.flow = Flow::branch;
}
void decode_end(Decoder& d) {
  d.opcode.take("uni");
  d.expect_operands(0);
  d.i.flow = Flow::exit;
}
/// No-op: stores are visible to all threads at once.
void decode_membar(Decoder& d) {
  d.opcode.take_one_of({"cta", "gl", "sys"});
  d.expect_operands(0);
  d.i.run = nothing;
}

/// cudaGraphSetConditional(handle, value): the arguments are in the call parameters; the handle is the value's address.
void set_conditional(Warp& w, const Instruction& i, std::uint32_t mask) {
  for_lanes(mask, [&](unsigned l) {
    const std::byte* const parameters = w.call_parameters + std::size_t(l) * w.call_stride;
    unsigned* handle = nullptr;
    unsigned value = 0;
    std::memcpy(&handle, parameters + i.operand[0], sizeof handle);
    std::memcpy(&value, parameters + i.operand[1], sizeof value);
    *handle = value;
  });
}
/// call.uni cudaGraphSetConditional, (param0, param1); the parser drops the name and leaves the parameters.
void decode_call(Decoder& d) {
  d.opcode.take("uni");
  d.expect_operands(2);
  for (const Operand& parameter : d.operands) {
    if (parameter.space != Space::call_param) refuse("has an argument of the wrong kind");
    d.i.operand[d.i.operands++] = std::uint32_t(parameter.value);
  }
  d.i.run = set_conditional;
}

}  // namespace

void add_control_opcodes(Decoders& all) {
  using enum Operands;
  all[{"bar", any}] = decode_bar;
  all[{"bra", any}] = decode_branch;
  all[{"ret", any}] = all[{"exit", any}] = decode_end;
  all[{"membar", any}] = all[{"fence", any}] = decode_membar;
  all[{"call", any}] = decode_call;
}

}  // namespace gs::ptx
