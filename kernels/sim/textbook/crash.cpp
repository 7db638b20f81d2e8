// crash.cpp - a signal handler on a stack of its own. It calls functions that a handler may not call in general: the
// program is ending, and an alarm ends it if one of them waits for ever.
#include "kernels/sim/textbook/crash.h"

#include <execinfo.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "kernels/common/grouped.h"
#include "kernels/sim/block.h"
#include "kernels/sim/check/device_ranges.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/device_memory.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/words.h"

extern "C" const char __executable_start, etext;  // the linker's names for the program's instructions
extern "C" void* __libc_stack_end;
namespace gs::textbook {
namespace {

void (*say_crash)(const std::string&, const std::string&, const std::string&) = nullptr;

bool in_program(const void* instruction) {
  return instruction >= &__executable_start && instruction < &etext;
}

/// The innermost line of the learner's own that the calls lead through. `instruction`: that was interrupted, or null.
std::string place_of(const void* instruction) {
  std::vector<std::uint32_t> codes;
  const auto add = [&](const void* return_address) {
    if (in_program(return_address))
      codes.push_back(std::uint32_t(static_cast<const char*>(return_address) - simulator::check::program_start()));
  };
  if (instruction) add(static_cast<const char*>(instruction) + 1);  // lines are looked up for return addresses
  void* calls[64];
  const int count = backtrace(calls, 64);
  int first = 0;
  while (instruction && first < count && calls[first] != instruction) ++first;  // behind the handler
  for (int i = first < count ? first : 0; i < count; ++i) add(calls[i]);
  for (const std::string& line : simulator::check::full_paths(codes))
    if (!line.starts_with("program+")) return line;
  return simulator::in_kernel() && simulator::checker_hooks
             ? simulator::checker_hooks->doing(simulator::position.thread).first
             : "";
}

/// "thread 3 of block 0", "the host program"
std::string who() {
  if (!simulator::in_kernel()) return "the host program";
  const simulator::Geometry& geometry = simulator::position.launch->geometry;
  return simulator::thread_in(simulator::position.thread, geometry.block) + " of " +
         simulator::block_in(simulator::position.block, geometry.grid);
}

struct Words {
  std::string what, advice;
};

/// Whether `address` lies in the stack of main(), or where it would go on.
bool in_host_stack(std::uintptr_t address, std::uintptr_t stack_pointer) {
  constexpr std::uintptr_t beyond = 1 << 16;
  return address + beyond >= stack_pointer && address < reinterpret_cast<std::uintptr_t>(__libc_stack_end);
}

Words words_for_address(std::uintptr_t address, std::uintptr_t stack_pointer) {
  const simulator::Position& at = simulator::position;
  const auto number = [](const char* p) { return reinterpret_cast<std::uintptr_t>(p); };
  if (simulator::in_kernel() && address >= number(at.stacks) && address < number(at.stacks_end))
    return {who() + " needs more than the " + grouped(std::int64_t(simulator::options().stack_bytes >> 10)) +
                " KiB that a thread has for its local variables",
            "Does a function call itself without end, or does an index leave a local array?"};
  if (address < 1 << 16)
    return {who() + " follows a null pointer", simulator::in_kernel() ? "" : "Is the memory allocated at this line?"};
  if (simulator::in_kernel())
    return {who() + " follows a pointer that leads nowhere", "Does an index leave a local array?"};
  if (in_host_stack(address, stack_pointer))
    return {who() + " needs more than the memory that its local variables have",
            "A large array belongs into a std::vector; or does a function call itself without end?"};
  if (const auto freed = simulator::freed_memory_at(address))
    return {who() + " follows a pointer to " +
                (freed->range.naming.host_name.empty() ? "memory" : freed->range.naming.host_name) + ", which line " +
                std::to_string(freed->where.line) + " has freed",
            ""};
  simulator::check::DeviceRanges memory;
  memory.launch_begins();
  if (const auto stray = memory.stray(address, 1);
      stray && stray->problem == simulator::check::Problem::not_device_memory)
    return {who() + " follows a pointer past the end of GPU memory: " + stray->location.element + ", but " +
                stray->location.array + " has " + plural(stray->location.elements, "element"),
            "On a GPU the host cannot follow such a pointer at all: cudaMemcpy first"};
  return {who() + " follows a pointer that leads nowhere",
          "An index past the end of an array, or memory that was freed or never allocated"};
}

/// Where the program was when a signal came.
struct Interrupted {
  const void* instruction = nullptr;
  std::uintptr_t stack_pointer = 0;
};

Interrupted interrupted(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return {reinterpret_cast<const void*>(machine.gregs[REG_RIP]), std::uintptr_t(machine.gregs[REG_RSP])};
#elif defined(__aarch64__)
  return {reinterpret_cast<const void*>(machine.pc), std::uintptr_t(machine.sp)};
#else
  static_cast<void>(machine);
  return {};
#endif
}

Words words_for(int signal, const siginfo_t& info, const Interrupted& at) {
  switch (signal) {
    case SIGFPE:
      return {who() + " divides an integer by zero",
              simulator::in_kernel() ? "A GPU would go on with a meaningless number" : ""};
    case SIGABRT:
      return {who() + " has called abort(), or a function of the C library has found its memory damaged",
              "Does an index leave an array of the host?"};
    case SIGILL:
      return {who() + " has come to an instruction that does not exist",
              "Does a function end without the return of a value?"};
    default:
      return words_for_address(reinterpret_cast<std::uintptr_t>(info.si_addr), at.stack_pointer);
  }
}

constexpr int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

void at_signal(int signal, siginfo_t* info, void* context) {
  simulator::position.observed = false;
  for (const int other : signals) std::signal(other, SIG_DFL);  // a mistake below ends the program at once
  alarm(10);
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const Interrupted at = interrupted(context);
  const Words words = words_for(signal, *info, at);
  say_crash(words.what, words.advice, place_of(at.instruction));
  std::_Exit(1);
}

[[noreturn]] void at_terminate() {
  simulator::position.observed = false;
  std::string what = who() + " throws an exception that no function catches";
  if (const std::exception_ptr exception = std::current_exception()) try {
      std::rethrow_exception(exception);
    } catch (const std::exception& error) {
      what += ": " + std::string(error.what());
    } catch (...) {
    }
  say_crash(what, "", place_of(nullptr));
  std::_Exit(1);
}

}  // namespace

void explain_crashes(void (*say)(const std::string&, const std::string&, const std::string&)) {
  say_crash = say;
  std::set_terminate(at_terminate);
  void* unused[1];
  backtrace(unused, 1);  // the first call loads a library, which a handler should not do
  constexpr std::size_t bytes = 1 << 20;
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = bytes;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = at_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : signals) sigaction(signal, &action, nullptr);
}

}  // namespace gs::textbook
