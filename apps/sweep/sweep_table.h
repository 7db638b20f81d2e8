// sweep_table.h - the results of a sweep: a line a run, best first.
#pragma once
#include <string>
#include <vector>

#include "apps/sweep/sweep_plan.h"

namespace gs::apps {

struct SweepResult {
  const SweepRun* run = nullptr;
  std::string failure;  ///< reason of a missing result; empty for a finished run
  int best_epoch = 0, epochs = 0;
  double val_loss = 0, val_accuracy = 0;  ///< at the best epoch: the lowest validation loss
  double last_val_loss = 0;
  double gap = 0;     ///< val_loss - loss of the last epoch
  std::string state;  ///< of the diagnosis: "over-fitting", "improving" ...
  double seconds = 0;
};

/// Reads run.json of every run; one that is missing or not finished is a failure with `failures[i]` as its reason.
/// Sorted by val_loss, failures last.
std::vector<SweepResult> sweep_results(const std::vector<SweepRun>&, const std::vector<std::string>& failures);

/// For the terminal.
std::string sweep_table(const std::vector<SweepResult>&);

/// One sentence: the best run, and the best run without over-fitting at its end if that is another one. Nothing about
/// the end of a best run that was too short for a diagnosis.
std::string sweep_answer(const std::vector<SweepResult>&);

/// The table as CSV: a header and a line a run, the varied flags first.
std::string sweep_csv(const std::vector<SweepResult>&);
/// {"answer": sweep_answer(), "runs": [an object a run]}
std::string sweep_json(const std::vector<SweepResult>&);

}  // namespace gs::apps
