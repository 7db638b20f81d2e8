// signs_of_life.h - how long a rank may be silent, over MPI and without it.
#pragma once
#include <algorithm>
#include <chrono>

namespace gs {

/// The clock of a rank that watches others. Both ends of a connection send a sign every second, by a thread that does
/// not compute: silence means that a process is stopped, or that its machine or network is gone.
class SignsOfLife {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;
  static constexpr std::chrono::seconds between_signs{1}, longest_silence{15};
  /// Before the first sign: a process loads its program, perhaps from a slow network.
  static constexpr std::chrono::seconds longest_start{120};
  /// Until all ranks know that one is silent, after it has ended.
  static constexpr std::chrono::seconds until_all_know = longest_silence + 2 * between_signs;

  /// The longest silence of a rank from which the last sign came at `seen`; {}: none has come.
  static constexpr std::chrono::seconds limit(Time seen) { return seen == Time{} ? longest_start : longest_silence; }

  /// The last look at what the others have sent.
  Time looked() const { return looked_; }
  /// Begins a look. After a pause of this process, or of the whole machine, the others' silence until then says
  /// nothing.
  void look(Time now) {
    if (now - looked_ > longest_silence / 3) counts_from_ = now;
    looked_ = now;
  }
  /// True once a second: this rank is to send a sign.
  bool is_due() {
    if (looked_ - sent_ < between_signs) return false;
    sent_ = looked_;
    return true;
  }
  /// True if nothing has come from a rank since `seen` ({}: never), for too long.
  bool is_silent(Time seen) const { return looked_ - std::max(seen, counts_from_) > limit(seen); }

 private:
  Time looked_ = Clock::now(), counts_from_ = looked_, sent_;
};

}  // namespace gs
