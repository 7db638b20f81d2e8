// thread_times.cpp - one pointer per OS thread, one slot per thread of the pool.
#include "kernels/sim/thread_times.h"

#include <algorithm>

#include "kernels/common/check.h"

namespace gs::simulator {
namespace {
constinit thread_local ThreadTimes* times = nullptr;
}

ThreadTimes::ThreadTimes(int threads) : slots_(std::size_t(std::max(threads, 1))) {
  require(times == nullptr, "thread times are already being recorded");
  times = this;
}
ThreadTimes::~ThreadTimes() {
  times = nullptr;
}
ThreadTimes* ThreadTimes::current() {
  return times;
}

void ThreadTimes::add(int thread, double us) {
  slots_[std::size_t(thread) % slots_.size()].us += us;
}

void ThreadTimes::take(std::vector<double>& us) {
  if (std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.us == 0; })) return;
  for (Slot& slot : slots_) {
    us.push_back(slot.us);
    slot.us = 0;
  }
}

}  // namespace gs::simulator
