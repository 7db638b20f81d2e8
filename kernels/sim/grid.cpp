// grid.cpp - launches: limits, blocks spread over OpenMP's threads, element-wise shares.
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>

#include "kernels/common/grouped.h"
#include "kernels/sim/block.h"
#include "kernels/sim/counter_hooks.h"
#include "kernels/sim/launch_recorder.h"
#include "kernels/sim/loop_end.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/thread_times.h"

namespace gs::simulator {

constinit thread_local Share share;

namespace {

void (*stream_launches)(const Launch&) = nullptr;

constexpr std::size_t max_shared_bytes = 227 << 10;  // of one block on Hopper
constexpr int max_os_threads = 16;                   // every stack has a guard page; Linux allows 65,530 mappings
constexpr std::int64_t elements_per_core = 8192;     // below this a second core costs more than it saves (measured)
constexpr std::int64_t vector_elements = 64;         // shares begin at multiples of 64 elements: whole cache lines

void check_limits(const Launch& launch) {
  const dim3 grid = launch.geometry.grid, block = launch.geometry.block;
  const std::uint64_t threads = std::uint64_t(block.x) * block.y * block.z;
  const std::uint64_t blocks = std::uint64_t(grid.x) * grid.y * grid.z;
  const auto refuse = [&](const std::string& why, const char* code, const std::string& what, const char* advice) {
    Explanation explanation;
    explanation.code = code;
    explanation.file = launch.geometry.where.file;
    explanation.line = launch.geometry.where.line;
    explanation.what = what;
    explanation.advice = advice;
    explanation.values = {{"blocks", std::to_string(blocks)},
                          {"threads", std::to_string(threads)},
                          {"shared_bytes", std::to_string(launch.geometry.shared_bytes)}};
    throw LaunchRefused(
        "launch of kernel " + std::string(launch.kernel) + " at " + to_string(launch.geometry.where) + ": " + why,
        std::move(explanation));
  };
  const auto extent = [](dim3 v) {
    return std::to_string(v.x) + " x " + std::to_string(v.y) + " x " + std::to_string(v.z);
  };
  if (threads == 0 || block.x > 1024 || block.y > 1024 || block.z > 64 || threads > max_threads_per_block)
    refuse("a block of " + extent(block) + " threads; from 1 to 1024 threads are allowed, at most 64 in z", "M01",
           threads == 0   ? "a block of 0 threads: nothing would run"
           : block.z > 64 ? "a block of " + extent(block) + " threads: at most 64 in the third extent"
                          : "a block of " + grouped(std::int64_t(threads)) + " threads: at most 1,024 fit",
           threads == 0 ? "A block needs 1 to 1,024 threads; 256 is a good start"
                        : "More blocks, not larger ones: (n + 255) / 256 blocks of 256");
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    refuse("a grid of " + extent(grid) + " blocks; from 1 to 2147483647 x 65535 x 65535 are allowed", "M02",
           blocks == 0 ? "a grid of 0 blocks: nothing would run, and the results would stay unwritten"
                       : "a grid of " + extent(grid) + " blocks: at most 2147483647 x 65535 x 65535",
           blocks == 0 ? "Round up: (n + 255) / 256" : "Let x count the blocks");
  if (launch.geometry.shared_bytes > max_shared_bytes)
    refuse(std::to_string(launch.geometry.shared_bytes) + " bytes of dynamic shared memory; at most " +
               std::to_string(max_shared_bytes) + " are allowed",
           "M29",
           grouped(std::int64_t(launch.geometry.shared_bytes)) +
               " bytes of dynamic shared memory: a block of "
               "the largest GPU has " +
               grouped(std::int64_t(max_shared_bytes)),
           "Smaller tiles");
}

/// Keeps the error of the lowest part, so that the message does not depend on which OS thread was first.
class FirstError {
 public:
  void keep(std::uint64_t part) {
    std::lock_guard lock(mutex_);
    if (part < part_) {
      part_ = part;
      error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::uint64_t part_ = std::numeric_limits<std::uint64_t>::max();
  std::exception_ptr error_;
};

/// The k-th block to run: k itself, or in random order (a * k + b) mod total with a coprime to total.
class BlockOrder {
 public:
  explicit BlockOrder(std::uint64_t total) : total_(total) {
    if (!options().random_order) return;
    std::mt19937_64 random(options().seed);
    offset_ = random() % total;
    do factor_ = random() % total;
    while (std::gcd(factor_, total) != 1);
  }
  std::uint64_t operator()(std::uint64_t k) const {
    return std::uint64_t((static_cast<unsigned __int128>(factor_) * k + offset_) % total_);
  }

 private:
  std::uint64_t total_, factor_ = 1, offset_ = 0;
};

int os_threads(std::uint64_t useful) {
  if (omp_in_parallel()) return 1;
  return int(std::clamp<std::uint64_t>(useful, 1, std::uint64_t(omp_get_max_threads())));
}

struct Nothing {
  void operator()() const {}
};

/// Runs part(0) ... part(parts - 1) on that many OpenMP threads, each of which calls leave() at its end.
template <class Part, class Leave = Nothing>
void on_threads(int parts, const Part& part, const Leave& leave = {}) {
  if (parts == 1) {
    part(0);
    return;
  }
  FirstError error;
#pragma omp parallel num_threads(parts)
  {
    // The pool may provide fewer threads than requested; then some take several parts.
    for (int p = omp_get_thread_num(); p < parts; p += omp_get_num_threads()) {
      try {
        part(p);
      } catch (...) {
        error.keep(std::uint64_t(p));
      }
    }
    leave();
  }
  error.rethrow();
}

/// `on_threads()` for the loops of `host`, whose threads stay awake for each other; records each thread's time if a
/// ThreadTimes exists.
template <class Part>
void on_cores(int parts, const Part& part) {
  struct Arrival {
    LoopEnd& end;
    ~Arrival() { end.arrive(); }  // also if the part has thrown
  };
  ThreadTimes* times = ThreadTimes::current();
  if (parts == 1 && !times) return part(0);
  LoopEnd end(parts);
  const auto arriving = [&](int p) {
    const Arrival arrival{end};
    if (!times) return part(p);
    const auto start = std::chrono::steady_clock::now();
    part(p);
    const std::chrono::duration<double, std::micro> us = std::chrono::steady_clock::now() - start;
    times->add(omp_get_thread_num(), us.count());
  };
  on_threads(parts, arriving, [&] { end.wait(); });
}

}  // namespace

void take_stream_launches(void (*take)(const Launch&)) {
  stream_launches = take;
}

void run_grid(const Launch& launch) {
  check_limits(launch);
  if (LaunchRecorder* recorder = LaunchRecorder::current())
    return recorder->note(
        {std::string(launch.kernel), launch.geometry.grid, launch.geometry.block, launch.geometry.shared_bytes});
  if (launch.stream && stream_launches) return stream_launches(launch);
  static std::mutex one_at_a_time;
  std::unique_lock<std::mutex> lock;
  if (launch.one_os_thread) lock = std::unique_lock(one_at_a_time);

  const dim3 grid = launch.geometry.grid;
  const std::uint64_t total = std::uint64_t(grid.x) * grid.y * grid.z;
  const BlockOrder order(total);
  std::atomic<std::uint64_t> next{0}, barriers{0};
  FirstError error;
  if (const CheckerHooks* hooks = hooks_of(launch)) hooks->launch_begins(launch);
  if (const CounterHooks* hooks = counter_of(launch)) hooks->launch_begins();
  on_threads(launch.one_os_thread ? 1 : std::min(os_threads(total), max_os_threads), [&](int) {
    std::uint64_t index = 0;
    try {
      Block& block = Block::of_this_os_thread();
      block.prepare(launch);
      for (std::uint64_t k; (k = next.fetch_add(1)) < total;) {
        block.run(index = order(k));
        barriers += position.barriers;
      }
      gridDim = {0, 0, 0};
    } catch (...) {
      error.keep(index);
      next = total;
    }
  });
  error.rethrow();
  note_counted(launch.kernel, grid, launch.geometry.block, launch.geometry.shared_bytes, barriers);
}

void run_elementwise(std::int64_t n, Invoke invoke, void* arguments) {
  const int parts = os_threads(std::uint64_t(std::max<std::int64_t>(n, 0) / elements_per_core));
  const std::int64_t vectors = (n + vector_elements - 1) / vector_elements;
  on_cores(parts, [&](int part) {
    share = {vectors * part / parts * vector_elements, std::min(n, vectors * (part + 1) / parts * vector_elements),
             true};
    struct Deactivate {
      ~Deactivate() { share.active = false; }
    } deactivate;
    invoke(arguments);
  });
}

void run_shares(std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t), void* context) {
  if (n <= 0) return;
  const int parts = os_threads(std::uint64_t(n / std::max<std::int64_t>(grain, 1)));
  on_cores(parts, [&](int part) { body(context, n * part / parts, n * (part + 1) / parts); });
}

}  // namespace gs::simulator
