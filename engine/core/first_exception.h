// first_exception.h - takes an exception out of a parallel loop: OpenMP ends the program if one leaves an iteration.
#pragma once
#include <atomic>
#include <exception>

namespace gs {

/// One for a parallel region. Every thread calls during(); after the region, rethrow().
class FirstException {
 public:
  /// Calls `work`, and keeps its exception if it is the first one. After an exception nothing more is called.
  template <class Work>
  void during(Work work) noexcept {
    if (caught_.load(std::memory_order_relaxed)) return;
    try {
      work();
    } catch (...) {
      if (!caught_.exchange(true)) first_ = std::current_exception();
    }
  }

  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::atomic<bool> caught_{false};
  std::exception_ptr first_;
};

}  // namespace gs
