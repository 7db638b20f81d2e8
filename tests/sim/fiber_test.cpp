// fiber_test.cpp - the switch by itself.
#include "kernels/sim/fiber.h"

#include <gtest/gtest.h>
#include <unwind.h>

namespace {

using gs::simulator::Fiber;
using gs::simulator::StackRegion;

struct Walk {
  Fiber system_stack;
  Fiber* fiber = nullptr;
  int frames = 0;
};
constexpr int too_many = 100;

_Unwind_Reason_Code count_frame(_Unwind_Context*, void* frames) {
  return ++*static_cast<int*>(frames) < too_many ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void walk_after_a_switch(void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  Fiber::switch_to(*walk.fiber, walk.system_stack);
  _Unwind_Backtrace(count_frame, &walk.frames);
  Fiber::switch_to(*walk.fiber, walk.system_stack);
}

// Debuggers and profilers walk a thread's stack as the tables of the assembly describe it.
TEST(Fiber, a_walk_up_the_stack_ends_at_its_first_function) {
  const StackRegion region(1, 64 << 10);
  Walk walk;
  Fiber fiber(region.stack(0), region.stack_bytes(), &walk_after_a_switch, &walk);
  walk.fiber = &fiber;
  Fiber::switch_to(walk.system_stack, fiber);
  Fiber::switch_to(walk.system_stack, fiber);
  EXPECT_GE(walk.frames, 3) << "the walker, the entry and Fiber::start";
  EXPECT_LT(walk.frames, too_many);
}

}  // namespace
