// fiber_switch.h - the switch from one stack to another: assembly for x86-64 (fiber_x86_64.cpp) and aarch64
// (fiber_aarch64.cpp); ucontext elsewhere, or with GS_UCONTEXT_FIBERS (fiber_ucontext.cpp).
#pragma once
#include <cstddef>

#if (defined(__x86_64__) || defined(__aarch64__)) && !defined(GS_UCONTEXT_FIBERS)
#define GS_ASSEMBLY_FIBERS
#else
#include <ucontext.h>
#endif

#ifdef GS_ASSEMBLY_FIBERS
/// Pushes the registers that a call preserves, writes the stack's pointer to *save, and continues on the other stack,
/// where that one had called this function.
extern "C" void gs_fiber_switch(void** save, void* stack_pointer);
#endif

namespace gs::simulator {

/// A stack that does not run.
struct FiberContext {
#ifdef GS_ASSEMBLY_FIBERS
  void* stack_pointer = nullptr;  // the registers lie there
#else
  ucontext_t state;
#endif
};

/// Makes the next switch to `context` call `start` on this stack. `start` never returns.
void restart(FiberContext& context, char* stack, std::size_t stack_bytes, void (*start)());

inline void switch_context(FiberContext& from, FiberContext& to) {
#ifdef GS_ASSEMBLY_FIBERS
  gs_fiber_switch(&from.stack_pointer, to.stack_pointer);
#else
  swapcontext(&from.state, &to.state);
#endif
}

}  // namespace gs::simulator
