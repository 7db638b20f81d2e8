// restart.h - many runs go on in a new process after the GPU has failed for this one.
//
// When a kernel does what it may not (an address that is not its own), every later call of CUDA fails, whichever run's
// it is, until the process ends. CUDA does not say whose kernel it was. So all runs that were under way are trained
// again, each by itself: one that then makes the GPU fail is the guilty one, and the others were only lost with it.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace gs::apps {

/// A run that was under way when the GPU failed, and what it was told.
struct LostRun {
  std::string name, reason;
};

/// State that one process hands to the next, beside the runs' folders.
struct Restart {
  std::map<std::string, std::string> failed;  ///< by the run's name: why. They are not tried again
  std::vector<std::string> alone;             ///< names of runs that are to be trained one at a time

  bool any() const { return !failed.empty() || !alone.empty(); }
};

/// The state that this process was handed; empty in one that a user started.
const Restart& restart();

/// The state to hand to the next process: a run that was the only one under way is guilty, several shall be trained
/// alone.
Restart after_loss(Restart, const std::vector<LostRun>&);
/// One line that says so.
std::string loss_message(const std::vector<LostRun>&);

/// Starts the program again with the same words, in place of this one; no other thread may be training. Returns only by
/// throwing gs::Error, where that cannot be.
[[noreturn]] void go_on_in_new_process(const Restart&);

}  // namespace gs::apps
