// block.h - one block of simulated threads on one OS thread: their states and their scheduling.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernels/sim/counter_hooks.h"
#include "kernels/sim/explanation.h"
#include "kernels/sim/fiber.h"
#include "kernels/sim/runtime.h"

namespace gs::simulator {

constexpr unsigned warp_size = 32;
constexpr unsigned max_threads_per_block = 1024;

/// State of the simulated thread that this OS thread runs, for the race checker and the counter.
struct Position {
  /// True while an instrumented kernel's own code runs. False in the runtime, which the linker may have given the
  /// kernel's instrumented copy of a standard-library template.
  bool observed = false;
  bool waited = false;         ///< this thread has called dependency_wait()
  bool in_pieces = false;      ///< the accesses are parts of one that is already counted (count_whole)
  unsigned thread = 0;         ///< in the block, x fastest
  std::uint64_t block = 0;     ///< in the grid, x fastest
  std::uint32_t barriers = 0;  ///< that this block has passed
  std::uint32_t steps = 0;     ///< basic blocks that this thread has entered since its turn began
  const Launch* launch = nullptr;
  const char *stacks = nullptr, *stacks_end = nullptr;
  const char *shared = nullptr, *shared_end = nullptr;  ///< dynamic shared memory
};
extern constinit thread_local Position position;

/// For functions of the runtime that a kernel calls and that return to the same thread.
class Unobserved {
 public:
  Unobserved() { position.observed = false; }
  ~Unobserved() { position.observed = observed_; }
  Unobserved(const Unobserved&) = delete;
  Unobserved& operator=(const Unobserved&) = delete;

 private:
  bool observed_ = position.observed;
};

/// Events of the runtime for the race checker; null if it is not linked.
struct CheckerHooks {
  void (*launch_begins)(const Launch&);
  void (*block_begins)();
  void (*block_ends)(bool abandoned);
  void (*warp_synced)(unsigned warp, std::uint32_t lanes);
  void (*fence)();
  /// The last write to the copy's destination stands for one that comes when its thread waits.
  void (*copy_starts)(const AsyncCopy&);
  void (*collect)();  ///< turns findings into reports
  /// The line, up to `last_line`, at which the ways of two threads of the running block part: "/home/me/vec.cu:27".
  /// Empty: unknown.
  std::string (*parting)(unsigned thread, unsigned other, unsigned last_line);
  /// The line that the thread runs, and the element that it read last: "/home/me/vec.cu:7", "out[1]".
  std::pair<std::string, std::string> (*doing)(unsigned thread);
  /// A library with kernels was loaded; `inside` lies in it.
  void (*module_loaded)(const void* inside);
};
extern constinit const CheckerHooks* checker_hooks;

/// Computes for a whole warp: lanes[i] is the argument `mine` of lane i's meet_whole_warp().
using WarpFunction = void (*)(void* const (&lanes)[warp_size]);
void meet_whole_warp(WarpFunction, void* mine, Place);

/// The hooks for this launch: null unless the checker is linked and the kernel instrumented.
inline const CheckerHooks* hooks_of(const Launch& launch) {
  return launch.one_os_thread ? checker_hooks : nullptr;
}
/// The counter's hooks for this launch: null unless this OS thread counts and the kernel is instrumented.
inline const CounterHooks* counter_of(const Launch& launch) {
  return launch.one_os_thread ? counter : nullptr;
}

std::string to_text(uint3);  ///< "(5,0,0)"

/// Threads are fibers, made lazily: a thread runs as a plain call on the previous thread's fiber, and only if it must
/// wait does the next one get another fiber. A kernel without barriers needs no switches.
class Block {
 public:
  /// The block of this OS thread.
  static Block& of_this_os_thread();

  void prepare(const Launch&);
  /// Runs block number `index` of the prepared launch. Throws SimError or the kernel's exception.
  void run(std::uint64_t index);

  // called on the fiber of a simulated thread
  /// Returns in how many of the threads that meet `predicate` holds.
  unsigned barrier(bool predicate, Place);
  enum class WarpOperation : std::uint8_t { sync, shuffle, vote, matrix };
  std::uint64_t meet_warp(WarpOperation, std::uint32_t mask, std::uint64_t value, unsigned source, Place);
  /// All 32 lanes meet; the last to arrive computes for them.
  void meet_whole_warp(WarpFunction, void* mine, Place);
  void start_copy(const AsyncCopy&);
  void commit_copies();
  bool finish_copy(int groups, AsyncCopy&);
  std::uint32_t active_lanes(Place);
  [[noreturn]] void fail(std::string_view message, Explanation = {});
  /// Lets the other threads run that can, for this thread has run for long.
  void take_turns();
  /// The program's time is up.
  [[noreturn]] void fail_endless();
  unsigned lane() const { return current_ % warp_size; }
  void* dynamic_shared() const { return shared_ ? shared_.get() + shared_guard_ : nullptr; }

 private:
  enum class State : std::uint8_t { not_started, running, at_barrier, in_warp_operation, at_active_mask, exited };
  struct Thread {
    uint3 index;
    State state;
    bool waited;
    Fiber* fiber;
    Place where;
  };
  struct Warp {
    std::uint32_t waiting = 0;  // lanes that have arrived at a warp operation
    std::uint32_t exited = 0;   // lanes that have exited
    std::uint32_t absent = 0;   // lanes past the end of the block
    std::uint32_t mask[warp_size];
    WarpOperation operation[warp_size];
    std::uint64_t value[warp_size], result[warp_size];
    unsigned source[warp_size];
    WarpFunction function[warp_size];
  };
  /// Asynchronous copies that one thread has not waited for, oldest first.
  struct Copies {
    struct Started {
      AsyncCopy copy;
      unsigned group;
    };
    std::vector<Started> started;
    std::size_t finished = 0;  // of `started`
    unsigned groups = 0;       // committed
  };
  struct FreeDeleter {
    void operator()(char* memory) const { std::free(memory); }
  };

  static void fiber_entry(void* self);
  void run_threads_in_turn();
  void make_current(unsigned thread);
  void hand_over(bool new_threads_first = false);
  void go(Fiber&);
  void push_ready(unsigned thread);
  void release_barrier();
  /// Tells the counter that all living lanes of this warp have met.
  void tell_of_meeting(unsigned warp) const;
  void complete_warp_operation(unsigned warp, std::uint32_t mask);
  bool release_active_lanes();
  void thread_exits();
  void abandon_fibers();
  std::string census(unsigned first, unsigned end) const;
  std::string census_of_block() const { return census(0, size_); }
  std::string census_of_warp(unsigned warp) const {
    return census(warp * warp_size, std::min(size_, (warp + 1) * warp_size));
  }
  std::string block_name() const;

  // block_explanations.cpp: mistakes in the words of a learner's program
  unsigned first_in(State, unsigned begin, unsigned end) const;
  std::string block_in_words() const;
  Explanation::Thread taking_part(unsigned thread, const char* does) const;
  Explanation explanation_at(const Place&, const char* code, std::string what, std::string advice) const;
  Explanation explain_absence() const;
  Explanation explain_two_barriers(const Place& first, const Place& second) const;
  /// Lanes of `mask` that do not take part in the operation that `lane` waits at.
  Explanation explain_missing_lanes(unsigned warp, unsigned lane, std::uint32_t missing) const;
  Explanation explain_different_operations(unsigned warp, std::uint32_t lanes) const;
  Explanation explain_deadlock() const;
  Explanation explain_copies_left(std::size_t copies) const;  ///< of the running thread, which ends
  Explanation explain_lanes_elsewhere(unsigned warp, unsigned lane) const;

  const Launch* launch_ = nullptr;
  unsigned size_ = 0;        // threads in the block
  unsigned started_ = 0;     // threads that have begun, in order_
  unsigned alive_ = 0;       // threads that have not exited
  unsigned at_barrier_ = 0;  // threads that wait at __syncthreads
  unsigned holds_ = 0;       // those of them whose predicate holds
  unsigned counted_ = 0;     // the same of the last barrier that all left
  unsigned current_ = 0;     // the thread that runs
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<Copies> copies_;   // empty until a thread starts a copy
  std::vector<unsigned> order_;  // the order in which threads start and leave a barrier
  std::vector<unsigned> ready_;  // ring buffer of threads that can continue
  unsigned ready_head_ = 0, ready_count_ = 0;

  std::unique_ptr<StackRegion> stacks_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
  Fiber scheduler_;  // the OS thread's own stack
  Fiber* running_ = &scheduler_;

  std::unique_ptr<char, FreeDeleter> shared_;
  std::size_t shared_bytes_ = 0, shared_guard_ = 0;  // the guards stand before and behind it
  std::mt19937_64 random_;
  std::exception_ptr error_;
};

/// Block of the running simulated thread. Throws SimError if none runs; `what` names the caller in its message.
Block& block_of(const char* what);

}  // namespace gs::simulator
