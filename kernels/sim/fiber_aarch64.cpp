// fiber_aarch64.cpp - the switch on aarch64, by the procedure call standard AAPCS64.
#include "kernels/sim/fiber_switch.h"

#if defined(GS_ASSEMBLY_FIBERS) && defined(__aarch64__)
#include <cstdint>
#include <cstring>

extern "C" void gs_fiber_start();

// A call preserves x19-x28, the frame pointer x29, sp and the lower halves of v8-v15, which are d8-d15; x30 has the
// return address. They fill 160 bytes at sp, on every stack in the same places, so the notes for debuggers (.cfi) hold
// on both sides of the switch. A fresh stack looks as if it had switched away just before gs_fiber_start, with the
// function to call in x19; "undefined x30" ends a debugger's backtrace there.
//
// With branch protection: `hint #34` is `bti c`, which permits indirect calls of the function and is a nop on older
// processors. `ret` needs no permission, and no return address is signed here.
asm(R"(
.macro gs_save first, second, at
  stp \first, \second, [sp, #\at]
  .cfi_rel_offset \first, \at
  .cfi_rel_offset \second, \at + 8
.endm
.macro gs_restore first, second, at
  ldp \first, \second, [sp, #\at]
  .cfi_restore \first
  .cfi_restore \second
.endm
.text
.balign 16
.globl gs_fiber_switch
.type gs_fiber_switch, %function
gs_fiber_switch:
  .cfi_startproc
  hint #34
  sub sp, sp, #160
  .cfi_adjust_cfa_offset 160
  gs_save x29, x30, 0
  gs_save x19, x20, 16
  gs_save x21, x22, 32
  gs_save x23, x24, 48
  gs_save x25, x26, 64
  gs_save x27, x28, 80
  gs_save d8, d9, 96
  gs_save d10, d11, 112
  gs_save d12, d13, 128
  gs_save d14, d15, 144
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  gs_restore x29, x30, 0
  gs_restore x19, x20, 16
  gs_restore x21, x22, 32
  gs_restore x23, x24, 48
  gs_restore x25, x26, 64
  gs_restore x27, x28, 80
  gs_restore d8, d9, 96
  gs_restore d10, d11, 112
  gs_restore d12, d13, 128
  gs_restore d14, d15, 144
  add sp, sp, #160
  .cfi_adjust_cfa_offset -160
  ret
  .cfi_endproc
.size gs_fiber_switch, . - gs_fiber_switch
.globl gs_fiber_start
.type gs_fiber_start, %function
gs_fiber_start:
  .cfi_startproc
  .cfi_undefined x30
  blr x19
  brk #0
  .cfi_endproc
.size gs_fiber_start, . - gs_fiber_start
)");

namespace gs::simulator {

void restart(FiberContext& context, char* stack, std::size_t stack_bytes, void (*start)()) {
  constexpr std::size_t saved = 20;    // registers, in the order of the assembly
  enum { x29 = 0, x30 = 1, x19 = 2 };  // x29 = 0 also ends the chain of frame pointers
  const auto top = (reinterpret_cast<std::uintptr_t>(stack) + stack_bytes) & ~std::uintptr_t(15);
  auto* registers = reinterpret_cast<std::uint64_t*>(top) - saved;
  std::memset(registers, 0, saved * sizeof *registers);
  registers[x30] = reinterpret_cast<std::uint64_t>(&gs_fiber_start);
  registers[x19] = reinterpret_cast<std::uint64_t>(start);
  context.stack_pointer = registers;
}

}  // namespace gs::simulator

#endif
