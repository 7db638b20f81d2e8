// fiber_x86_64.cpp - the switch on x86-64, by the System V ABI.
#include "kernels/sim/fiber_switch.h"

#if defined(GS_ASSEMBLY_FIBERS) && defined(__x86_64__)
#include <cstdint>
#include <initializer_list>

extern "C" void gs_fiber_start();

// A call preserves rbx, rbp, r12-r15 and rsp. (It also preserves the floating-point control words, but nothing here
// changes them.) Their places are the same on every stack, so the notes for debuggers (.cfi) hold on both sides of the
// switch. A fresh stack looks as if it had switched away just before gs_fiber_start, with the function to call
// in rbx; "undefined rip" ends a debugger's backtrace there.
asm(R"(
.macro gs_push register
  pushq \register
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset \register, 0
.endm
.macro gs_pop register
  popq \register
  .cfi_adjust_cfa_offset -8
  .cfi_restore \register
.endm
.text
.globl gs_fiber_switch
.type gs_fiber_switch,@function
gs_fiber_switch:
  .cfi_startproc
  gs_push %rbp
  gs_push %rbx
  gs_push %r12
  gs_push %r13
  gs_push %r14
  gs_push %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  gs_pop %r15
  gs_pop %r14
  gs_pop %r13
  gs_pop %r12
  gs_pop %rbx
  gs_pop %rbp
  retq
  .cfi_endproc
.size gs_fiber_switch,.-gs_fiber_switch
.globl gs_fiber_start
.type gs_fiber_start,@function
gs_fiber_start:
  .cfi_startproc
  .cfi_undefined rip
  callq *%rbx
  ud2
  .cfi_endproc
.size gs_fiber_start,.-gs_fiber_start
)");

namespace gs::simulator {

void restart(FiberContext& context, char* stack, std::size_t stack_bytes, void (*start)()) {
  auto* top = reinterpret_cast<std::uint64_t*>((reinterpret_cast<std::uintptr_t>(stack) + stack_bytes - 16) & ~15ul);
  // From the top: the address for `ret` (after which rsp is 16-byte aligned, as the call needs), then the registers.
  enum { return_address = -1, rbp = -2, rbx = -3, r12 = -4, r13 = -5, r14 = -6, r15 = -7 };
  for (int slot : {rbp, r12, r13, r14, r15}) top[slot] = 0;
  top[rbx] = reinterpret_cast<std::uint64_t>(start);
  top[return_address] = reinterpret_cast<std::uint64_t>(&gs_fiber_start);
  context.stack_pointer = top + r15;
}

}  // namespace gs::simulator

#endif
