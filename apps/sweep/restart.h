// restart.h - many runs go on in a new process after the GPU has failed for this one.
//
// After an illegal access by a kernel every later call of CUDA fails, in every run, until the process ends. CUDA does
// not tell whose kernel it was. So all runs that were under way are trained again, each by itself: one that then makes
// the GPU fail is at fault, and the others were only lost with it.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace gs::apps {

/// A run that was under way when the GPU failed, and its error.
struct LostRun {
  std::string name, reason;
};

/// The state that one process hands to the next, apart from the runs' folders.
struct Restart {
  std::map<std::string, std::string> failed;  ///< run's name -> reason. They are not tried again
  std::vector<std::string> alone;             ///< names of runs that are to be trained one at a time

  bool any() const { return !failed.empty() || !alone.empty(); }
};

/// The state that this process was handed; empty in one that a user started.
const Restart& restart();

/// The state for the next process: a run that was the only one under way is at fault; several are to be trained alone.
Restart after_loss(Restart, const std::vector<LostRun>&);
/// One line that explains it.
std::string loss_message(const std::vector<LostRun>&);

/// Starts the program again with the same words, in place of this one; no other thread may be training. Throws
/// gs::Error if that fails, and does not return otherwise.
[[noreturn]] void go_on_in_new_process(const Restart&);

}  // namespace gs::apps
