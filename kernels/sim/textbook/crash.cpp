// crash.cpp - a signal handler on a stack of its own. It calls functions that a handler may not call in general: the
// program is ending, and an alarm ends it if one of them waits for ever.
#include "kernels/sim/textbook/crash.h"

#include <dlfcn.h>
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
#include "kernels/sim/check/locate.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/device_memory.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/program.h"
#include "kernels/sim/words.h"

extern "C" const char __executable_start, etext;  // the linker's names for the program's instructions
extern "C" void* __libc_stack_end;
namespace gs::textbook {
namespace {

void (*say_crash)(const std::string&, const std::string&, const std::string&) = nullptr;

bool in_program(const void* instruction) {
  return instruction >= &__executable_start && instruction < &etext;
}

/// Whether code lies there, so that calls can be followed.
bool is_code(const void* instruction) {
  Dl_info object;
  return in_program(instruction) || dladdr(instruction, &object) != 0;
}

/// The line of an address behind a call; empty if it is not the learner's own.
std::string line_at(const void* return_address) {
  if (!in_program(return_address)) return "";
  const auto code = std::uint32_t(static_cast<const char*>(return_address) - simulator::check::program_start());
  const std::string line = simulator::check::full_paths({code}).front();
  return line.starts_with("program+") ? "" : line;
}

/// The line that the running thread of a kernel came to last.
std::string last_line() {
  return simulator::in_kernel() && simulator::checker_hooks
             ? simulator::checker_hooks->doing(simulator::position.thread).first
             : "";
}

/// The state of the program when a signal came.
struct Interrupted {
  const void* instruction = nullptr;
  std::uintptr_t stack_pointer = 0;
};

/// In a kernel: the innermost line that a word on the thread's stack leads back to. The unwinder would trust a stack
/// that an index may have overwritten.
std::string place_in_kernel(const Interrupted& at) {
  const simulator::Position& position = simulator::position;
  constexpr std::size_t most_words = 256;
  if (at.instruction && is_code(at.instruction))
    for (auto word = reinterpret_cast<const char*>(at.stack_pointer);
         word >= position.stacks && word + most_words * sizeof(void*) < position.stacks_end &&
         word < reinterpret_cast<const char*>(at.stack_pointer) + most_words * sizeof(void*);
         word += sizeof(void*))
      if (const std::string line = line_at(*reinterpret_cast<void* const*>(word)); !line.empty()) return line;
  return last_line();
}

/// The innermost line of the learner's own that the calls lead through.
std::string place_of(const Interrupted& at) {
  if (const char* const instruction = static_cast<const char*>(at.instruction))
    if (const std::string line = line_at(instruction + 1); !line.empty())  // + 1: it looks for return addresses
      return line;
  if (simulator::in_kernel()) return place_in_kernel(at);
  if (at.instruction && !is_code(at.instruction)) return "";
  void* calls[64];
  const int count = backtrace(calls, 64);
  int i = 0;
  while (at.instruction && i < count && calls[i] != at.instruction) ++i;  // behind the handler
  for (i = i < count ? i : 0; i < count; ++i)
    if (const std::string line = line_at(calls[i]); !line.empty()) return line;
  return "";
}

/// "thread 3 of block 0", "the host program"
std::string who() {
  if (!simulator::in_kernel()) return "the host program";
  const simulator::Geometry& geometry = simulator::position.launch->geometry;
  return simulator::thread_in(simulator::position.thread, geometry.block) + " of " +
         simulator::block_in(simulator::position.block, geometry.grid);
}

constexpr const char* local_array = "Does an index leave a local array?";

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
  const bool in_stack = simulator::in_kernel() && address >= number(at.stacks) && address < number(at.stacks_end);
  if (in_stack && address > stack_pointer) return {who() + " leaves a local array", local_array};
  if (in_stack)
    return {who() + " needs more than the " + grouped(std::int64_t(simulator::options().stack_bytes >> 10)) +
                " KiB that a thread has for its local variables",
            "Does a function call itself without end, or is a local array too large?"};
  if (address < 1 << 16)
    return {who() + " follows a null pointer", simulator::in_kernel() ? "" : "Is the memory allocated at this line?"};
  if (simulator::in_kernel()) return {who() + " follows a pointer that leads nowhere", local_array};
  if (in_host_stack(address, stack_pointer))
    return {who() + " needs more than the memory that its local variables have",
            "A large array belongs into a std::vector; or does a function call itself without end?"};
  if (const auto freed = simulator::freed_memory_at(address))
    return {who() + " follows a pointer to " +
                (freed->range.naming.host_name.empty() ? "memory" : freed->range.naming.host_name) + ", which line " +
                std::to_string(freed->where.line) + " has freed",
            ""};
  for (simulator::MemoryRange range : simulator::registered_memory()) {
    if (address < range.end || address - range.end > range.naming.margin) continue;
    range.naming.name = range.naming.host_name;
    const simulator::check::Location location = simulator::check::locate_in(range, address, 1);
    return {who() + " follows a pointer past the end of GPU memory: " + location.element + ", but " + location.array +
                " has " + plural(location.elements, "element"),
            "On a GPU the host cannot follow such a pointer at all: cudaMemcpy first"};
  }
  return {who() + " follows a pointer that leads nowhere",
          "An index past the end of an array, or memory that was freed or never allocated"};
}

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
  if (at.instruction && !is_code(at.instruction))
    return {who() + " has overwritten where its function returns to", local_array};
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

/// For a mistake below at_signal(), when nothing can be relied on: without the C library's memory.
void at_second_signal(int) {
  constexpr std::string_view text =
      "error: the program has damaged its memory. Does an index leave an array of the host?\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text.data(), text.size());
  _exit(1);
}

constexpr int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

void at_signal(int signal, siginfo_t* info, void* context) {
  simulator::position.observed = false;
  for (const int other : signals) std::signal(other, at_second_signal);
  std::signal(SIGALRM, at_second_signal);
  alarm(10);
  say_findings();
  sigset_t all;
  sigemptyset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const Interrupted at = interrupted(context);
  const Words words = words_for(signal, *info, at);
  say_crash(words.what, words.advice, place_of(at));
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
  say_crash(what, "", place_of({}));
  std::_Exit(1);
}

}  // namespace

}  // namespace gs::textbook

/// Called by functions that g++ has given a guard behind their arrays (-fstack-protector), when it is overwritten.
extern "C" [[noreturn]] void __stack_chk_fail() {
  gs::simulator::position.observed = false;
  gs::textbook::say_crash(gs::textbook::who() + " has written past the end of a local array of this function", "",
                          gs::textbook::line_at(__builtin_return_address(0)));
  std::_Exit(1);
}

namespace gs::textbook {

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
