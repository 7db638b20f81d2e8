// fiber.cpp - stacks with guard pages, the context switch, and AddressSanitizer's annotations.
#include "kernels/sim/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#if !defined(__x86_64__) && !defined(GS_UCONTEXT_FIBERS)
#define GS_UCONTEXT_FIBERS
#endif
#ifdef GS_UCONTEXT_FIBERS
#include <ucontext.h>
#endif

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
  if (mprotect(guard, page_, PROT_NONE) != 0) throw std::bad_alloc();
  return guard + page_;
}

#ifdef GS_UCONTEXT_FIBERS

struct Fiber::Context {
  ucontext_t state;
};

void Fiber::restart() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(stack_, stack_bytes_);
  getcontext(&context_->state);
  context_->state.uc_stack.ss_sp = const_cast<char*>(stack_);
  context_->state.uc_stack.ss_size = stack_bytes_;
  context_->state.uc_link = nullptr;
  makecontext(&context_->state, &Fiber::start, 0);
}

#else

struct Fiber::Context {
  void* stack_pointer = nullptr;
};

extern "C" void gs_fiber_switch(void** save_stack_pointer, void* stack_pointer);
extern "C" void gs_fiber_start();

// The System V ABI preserves rbx, rbp, r12-r15 and rsp across a call. (It also preserves the floating-point control
// words, but nothing here changes them.) A fresh stack looks as if it had switched away just before gs_fiber_start,
// with the function to call in rbx; "undefined rip" ends a debugger's backtrace there.
asm(R"(
.text
.globl gs_fiber_switch
.type gs_fiber_switch,@function
gs_fiber_switch:
  .cfi_startproc
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
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

void Fiber::restart() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(stack_, stack_bytes_);
  auto* top = reinterpret_cast<std::uint64_t*>((reinterpret_cast<std::uintptr_t>(stack_) + stack_bytes_ - 16) & ~15ul);
  // From the top: the address for `ret` (after which rsp is 16-byte aligned, as the call needs), then the registers.
  enum { return_address = -1, rbp = -2, rbx = -3, r12 = -4, r13 = -5, r14 = -6, r15 = -7 };
  for (int slot : {rbp, r12, r13, r14, r15}) top[slot] = 0;
  top[rbx] = reinterpret_cast<std::uint64_t>(&Fiber::start);
  top[return_address] = reinterpret_cast<std::uint64_t>(&gs_fiber_start);
  context_->stack_pointer = top + r15;
}

#endif

Fiber::Fiber() : context_(std::make_unique<Context>()) {}

Fiber::Fiber(char* stack, std::size_t stack_bytes, void (*entry)(void*), void* argument)
    : context_(std::make_unique<Context>()),
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
#ifdef GS_UCONTEXT_FIBERS
  swapcontext(&from.context_->state, &to.context_->state);
#else
  gs_fiber_switch(&from.context_->stack_pointer, to.context_->stack_pointer);
#endif
  from.arrived();
}

}  // namespace gs::simulator
