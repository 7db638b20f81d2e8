// fiber.h - fibers: separate stacks, and the switch from one to another.
//
// The switch is assembly on x86-64 and aarch64, and ucontext elsewhere or with GS_UCONTEXT_FIBERS (ten times slower: it
// saves the signal mask by a system call).
#pragma once
#include <cstddef>
#include <memory>

namespace gs::simulator {

/// Memory for many stacks in one piece, so that "is this address on a simulated thread's stack?" is one comparison.
class StackRegion {
 public:
  StackRegion(std::size_t stacks, std::size_t stack_bytes);
  ~StackRegion();
  StackRegion(const StackRegion&) = delete;
  StackRegion& operator=(const StackRegion&) = delete;

  /// The lowest address of stack `index`; the pages below and above it become guard pages.
  char* stack(std::size_t index) const;
  std::size_t stack_bytes() const { return stack_bytes_; }
  const char* begin() const { return memory_; }
  const char* end() const { return memory_ + bytes_; }

 private:
  char* memory_;
  std::size_t bytes_, stack_bytes_, page_;
};

struct FiberContext;  // fiber_switch.h

class Fiber {
 public:
  /// The OS thread's own stack.
  Fiber();
  /// A fiber that calls `entry(argument)` when first switched to. `entry` never returns.
  Fiber(char* stack, std::size_t stack_bytes, void (*entry)(void*), void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Discards the stack's content; the next switch starts at `entry` again.
  void restart();
  /// Switches to `to`; returns when a fiber switches back. Both belong to the calling OS thread.
  static void switch_to(Fiber& from, Fiber& to);

 private:
  static void start();
  void arrived();

  std::unique_ptr<FiberContext> context_;
  const char* stack_ = nullptr;
  std::size_t stack_bytes_ = 0;
  void (*entry_)(void*) = nullptr;
  void* argument_ = nullptr;
  void* asan_stack_ = nullptr;  // AddressSanitizer's own stack of this fiber
};

}  // namespace gs::simulator
