// fiber_ucontext.cpp - fibers without assembly, for any processor.
#include "kernels/sim/fiber_switch.h"

#ifndef GS_ASSEMBLY_FIBERS

namespace gs::simulator {

void restart(FiberContext& context, char* stack, std::size_t stack_bytes, void (*start)()) {
  getcontext(&context.state);
  context.state.uc_stack.ss_sp = stack;
  context.state.uc_stack.ss_size = stack_bytes;
  context.state.uc_link = nullptr;
  makecontext(&context.state, start, 0);
}

}  // namespace gs::simulator

#endif
