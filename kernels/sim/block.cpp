// block.cpp - the scheduler of one block and its barriers; warp operations are in block_warps.cpp.
#include "kernels/sim/block.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "kernels/sim/simulator.h"

namespace gs::simulator {

constinit thread_local Position position;

namespace {
constinit thread_local Block* running_block = nullptr;
}  // namespace

Block& Block::of_this_os_thread() {
  thread_local Block block;
  return block;
}

void Block::prepare(const Launch& launch) {
  launch_ = &launch;
  const dim3 extent = launch.geometry.block;
  gridDim = launch.geometry.grid;
  blockDim = extent;
  size_ = extent.x * extent.y * extent.z;
  threads_.resize(size_);
  order_.resize(size_);
  ready_.resize(size_);
  warps_.resize((size_ + warp_size - 1) / warp_size);
  for (unsigned i = 0; i < size_; i++) {
    threads_[i].index = {i % extent.x, i / extent.x % extent.y, i / extent.x / extent.y};
    order_[i] = i;
  }
  if (!stacks_) stacks_ = std::make_unique<StackRegion>(max_threads_per_block, options().stack_bytes);
  // Exactly as large as asked for, so that AddressSanitizer sees an access past the end; malloc aligns to 16 bytes. For
  // the race checker, between guards.
  const std::size_t bytes = launch.geometry.shared_bytes, guard = hooks_of(launch) ? shared_guard_bytes : 0;
  shared_.reset(bytes + guard ? static_cast<char*>(std::malloc(bytes + 2 * guard)) : nullptr);
  shared_bytes_ = bytes;
  shared_guard_ = guard;
}

void Block::run(std::uint64_t index) {
  const dim3 grid = gridDim;
  blockIdx = {unsigned(index % grid.x), unsigned(index / grid.x % grid.y), unsigned(index / grid.x / grid.y)};
  started_ = at_barrier_ = holds_ = ready_head_ = ready_count_ = 0;
  alive_ = size_;
  for (Thread& thread : threads_) {
    thread.state = State::not_started;
    thread.waited = false;
  }
  copies_.clear();
  for (Warp& warp : warps_) warp.waiting = warp.exited = warp.absent = 0;
  if (size_ % warp_size) warps_.back().absent = ~0u << size_ % warp_size;
  if (shared_bytes_)
    std::memset(dynamic_shared(), 0xff, shared_bytes_);  // NaN, so that unwritten memory shows in the result
  if (options().random_order) {
    random_.seed(options().seed * 0x9e3779b97f4a7c15u + index);  // independent of the OS thread that runs this block
    std::shuffle(order_.begin(), order_.end(), random_);
  }

  position.launch = launch_;
  position.block = index;
  position.barriers = 0;
  position.stacks = stacks_->begin();
  position.stacks_end = stacks_->end();
  position.shared = static_cast<const char*>(dynamic_shared());
  position.shared_end = position.shared + shared_bytes_;
  position.in_pieces = false;
  if (const CheckerHooks* hooks = hooks_of(*launch_)) hooks->block_begins();
  if (const CounterHooks* hooks = counter_of(*launch_)) hooks->block_begins(size_);
  running_block = this;
  hand_over();
  running_block = nullptr;
  if (const CheckerHooks* hooks = hooks_of(*launch_)) hooks->block_ends(error_ != nullptr);
  if (error_) {
    abandon_fibers();
    std::rethrow_exception(std::exchange(error_, nullptr));
  }
}

// ---- the scheduler

void Block::fiber_entry(void* self) {
  static_cast<Block*>(self)->run_threads_in_turn();
}

void Block::run_threads_in_turn() {
  for (;;) {
    while (started_ < size_) {
      const unsigned thread = order_[started_++];
      threads_[thread].fiber = running_;
      make_current(thread);
      try {
        launch_->invoke(launch_->arguments);
        position.observed = false;
      } catch (...) {
        position.observed = false;
        error_ = std::current_exception();
      }
      if (error_) go(scheduler_);  // never returns: the fiber is restarted
      thread_exits();
    }
    idle_.push_back(running_);
    hand_over();
  }
}

void Block::make_current(unsigned thread) {
  current_ = thread;
  threads_[thread].state = State::running;
  threadIdx = threads_[thread].index;
  position.thread = thread;
  position.steps = 0;
  position.observed = launch_->one_os_thread;
  position.waited = threads_[thread].waited;
}

void Block::go(Fiber& to) {
  Fiber& from = *running_;
  if (&from == &to) return;
  running_ = &to;
  Fiber::switch_to(from, to);
}

/// The running fiber has nothing to do: switches to another thread.
void Block::hand_over(bool new_threads_first) {
  if (ready_count_ > 0 && !(new_threads_first && started_ < size_)) {
    const unsigned thread = ready_[ready_head_];
    ready_head_ = (ready_head_ + 1) % size_;
    ready_count_--;
    make_current(thread);
    go(*threads_[thread].fiber);
  } else if (started_ < size_) {
    if (idle_.empty()) {
      fibers_.push_back(
          std::make_unique<Fiber>(stacks_->stack(fibers_.size()), stacks_->stack_bytes(), &Block::fiber_entry, this));
      idle_.push_back(fibers_.back().get());
    }
    Fiber* fiber = idle_.back();
    idle_.pop_back();
    go(*fiber);
  } else if (alive_ == 0) {
    go(scheduler_);
  } else if (release_active_lanes()) {
    hand_over();
  } else {
    fail("deadlock: its threads wait for each other in different places" + census_of_block(), explain_deadlock());
  }
}

void Block::take_turns() {
  position.steps = 0;
  if (ready_count_ == 0 && started_ == size_) return;
  threads_[current_].waited = position.waited;
  push_ready(current_);
  hand_over(true);  // all of them begin before one gets a second turn
}

void Block::push_ready(unsigned thread) {
  threads_[thread].state = State::running;
  ready_[(ready_head_ + ready_count_++) % size_] = thread;
}

void Block::thread_exits() {
  Thread& thread = threads_[current_];
  thread.state = State::exited;
  if (launch_->geometry.programmatic && !position.waited)
    fail("thread " + to_text(thread.index) +
         " ended without dependency_wait(), which a launch with the programmatic attribute needs in every thread");
  if (!copies_.empty())
    if (const std::size_t left = copies_[current_].started.size() - copies_[current_].finished)
      fail("thread " + to_text(thread.index) + " ended with " + std::to_string(left) +
           " asynchronous copies that it has not waited for");
  alive_--;
  const unsigned warp_number = current_ / warp_size;
  Warp& warp = warps_[warp_number];
  warp.exited |= 1u << lane();
  if (alive_ > 0 && at_barrier_ == alive_) release_barrier();
  for (std::uint32_t left = warp.waiting; left; left &= warp.waiting & (left - 1))  // this exit may complete them
    complete_warp_operation(warp_number, warp.mask[std::countr_zero(left)]);
  if ((warp.exited | warp.absent) == ~0u) tell_of_meeting(warp_number);
}

void Block::tell_of_meeting(unsigned warp) const {
  if (const CounterHooks* hooks = counter_of(*launch_))
    hooks->warp_meets(warp, ~(warps_[warp].exited | warps_[warp].absent));
}

void Block::abandon_fibers() {
  idle_.clear();
  for (auto& fiber : fibers_) {
    fiber->restart();
    idle_.push_back(fiber.get());
  }
}

// ---- __syncthreads

unsigned Block::barrier(bool predicate, Place where) {
  position.observed = false;
  const unsigned thread = current_;
  threads_[thread].where = where;
  threads_[thread].waited = position.waited;
  threads_[thread].state = State::at_barrier;
  holds_ += predicate;
  if (++at_barrier_ == alive_) release_barrier();
  hand_over();  // the last to arrive, too: release_barrier() decides the order
  return counted_;
}

void Block::release_barrier() {
  const Place* first = nullptr;
  for (const Thread& thread : threads_) {
    if (thread.state != State::at_barrier) continue;
    if (!first) first = &thread.where;
    if (!first->same_as(thread.where))
      fail("threads of one block meet at different __syncthreads" + census_of_block(),
           explain_two_barriers(*first, thread.where));
  }
  if (alive_ != size_ && options().strict_exit)
    fail("threads have exited without reaching a __syncthreads that others wait at" + census_of_block(),
         explain_absence());
  at_barrier_ = 0;
  counted_ = std::exchange(holds_, 0);
  position.barriers++;
  for (unsigned warp = 0; warp < warps_.size(); warp++) tell_of_meeting(warp);
  if (const CounterHooks* hooks = counter_of(*launch_)) hooks->barrier(*first);
  if (options().random_order) std::shuffle(order_.begin(), order_.begin() + started_, random_);
  for (unsigned thread : order_)
    if (threads_[thread].state == State::at_barrier) push_ready(thread);
}

// ---- errors; block_census.cpp describes where the threads are

void Block::fail(std::string_view message, Explanation explanation) {
  position.observed = false;
  error_ = std::make_exception_ptr(SimError(block_name() + ": " + std::string(message), std::move(explanation)));
  go(scheduler_);
  std::abort();  // never reached: run() restarts the fibers
}

// ---- the functions of runtime.h that a simulated thread calls

Block& block_of(const char* what) {
  if (!running_block)
    throw SimError(std::string(what) + " in an element-wise launch on the host target: such a kernel needs launch()");
  return *running_block;
}
void barrier(Place where) {
  block_of("__syncthreads").barrier(false, where);
}
unsigned barrier_count(bool predicate, Place where) {
  return block_of("__syncthreads_count").barrier(predicate, where);
}
std::uint32_t active_lanes(Place where) {
  return block_of("__activemask").active_lanes(where);
}
void sync_warp(std::uint32_t mask, Place where) {
  block_of("__syncwarp").meet_warp(Block::WarpOperation::sync, mask, 0, 0, where);
}
std::uint64_t exchange(std::uint32_t mask, std::uint64_t value, unsigned source, Place where) {
  return block_of("a shuffle").meet_warp(Block::WarpOperation::shuffle, mask, value, source, where);
}
std::uint32_t vote(std::uint32_t mask, bool predicate, Place where) {
  return std::uint32_t(block_of("a vote").meet_warp(Block::WarpOperation::vote, mask, predicate, 0, where));
}
void meet_whole_warp(WarpFunction function, void* mine, Place where) {
  block_of("a matrix instruction").meet_whole_warp(function, mine, where);
}

void count_whole(WholeAccess kind, const void* address, std::size_t bytes) {
  if (!counter || !position.observed) return;
  position.observed = false;
  counter->whole_access(kind, address, bytes, __builtin_return_address(0));
  position.observed = position.in_pieces = true;
}

unsigned lane_index() {
  return block_of("a lane's index").lane();
}
void* dynamic_shared() {
  return block_of("dynamic shared memory").dynamic_shared();
}
void dependency_wait() {
  position.waited = true;
}
void set_loop(loop_t loop, bool go_on) {
  *reinterpret_cast<unsigned*>(loop) = go_on;  // here, not in the kernel, which may not access the host's word
}
void thread_fence() {
  std::atomic_thread_fence(std::memory_order_seq_cst);  // other blocks run on other OS threads
  if (checker_hooks && position.observed) checker_hooks->fence();
}
void take_turns() {
  block_of("a turn").take_turns();
}
bool in_kernel() {
  return running_block != nullptr;
}
void fail(std::string_view message) {
  block_of("an error").fail(message);
}
void fail_reported(std::string_view message) {
  Explanation explanation;
  explanation.reported = true;
  block_of("an error").fail(message, std::move(explanation));
}

}  // namespace gs::simulator
