// fiber.cpp - stacks with guard pages, fibers on them, and AddressSanitizer's annotations.
#include "kernels/sim/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <new>

#include "kernels/sim/fiber_switch.h"

extern "C" {  // weak: defined only in a program that is linked with AddressSanitizer
__attribute__((weak)) void __sanitizer_start_switch_fiber(void** save, const void* stack, std::size_t bytes);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void* saved, const void** stack, std::size_t* bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void* memory, std::size_t bytes);
}

namespace gs::simulator {
namespace {
// The two fibers of the current switch, for the code that runs first on the new stack.
constinit thread_local Fiber* leaving = nullptr;
constinit thread_local Fiber* entering = nullptr;
}  // namespace

StackRegion::StackRegion(std::size_t stacks, std::size_t stack_bytes) : page_(std::size_t(sysconf(_SC_PAGESIZE))) {
  stack_bytes_ = (stack_bytes + page_ - 1) / page_ * page_;
  bytes_ = stacks * (page_ + stack_bytes_);
  void* memory =
      mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<char*>(memory);
}

StackRegion::~StackRegion() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(memory_, bytes_);
  munmap(memory_, bytes_);
}

char* StackRegion::stack(std::size_t index) const {
  char* guard = memory_ + index * (page_ + stack_bytes_);
  char* next_guard = guard + page_ + stack_bytes_;  // of a stack that may not be in use yet
  for (char* page : {guard, next_guard})
    if (page < end() && mprotect(page, page_, PROT_NONE) != 0) throw std::bad_alloc();
  return guard + page_;
}

void Fiber::restart() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(stack_, stack_bytes_);
  simulator::restart(*context_, const_cast<char*>(stack_), stack_bytes_, &Fiber::start);
}

Fiber::Fiber() : context_(std::make_unique<FiberContext>()) {}

Fiber::Fiber(char* stack, std::size_t stack_bytes, void (*entry)(void*), void* argument)
    : context_(std::make_unique<FiberContext>()),
      stack_(stack),
      stack_bytes_(stack_bytes),
      entry_(entry),
      argument_(argument) {
  restart();
}

Fiber::~Fiber() = default;

void Fiber::start() {
  Fiber& self = *entering;
  self.asan_stack_ = nullptr;
  self.arrived();
  self.entry_(self.argument_);
  std::abort();  // entry never returns
}

void Fiber::arrived() {
  if (!__sanitizer_finish_switch_fiber) return;
  const void* stack;
  std::size_t bytes;
  __sanitizer_finish_switch_fiber(asan_stack_, &stack, &bytes);
  if (leaving->stack_ == nullptr) {  // the OS thread's own stack is known only to the sanitizer
    leaving->stack_ = static_cast<const char*>(stack);
    leaving->stack_bytes_ = bytes;
  }
}

void Fiber::switch_to(Fiber& from, Fiber& to) {
  if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&from.asan_stack_, to.stack_, to.stack_bytes_);
  leaving = &from;
  entering = &to;
  switch_context(*from.context_, *to.context_);
  from.arrived();
}

}  // namespace gs::simulator
