// findings.h - checks the findings of the lab's authors against the runs. Each check of a lab's file compares runs and
// describes its evidence.
//
//   {"check": "higher" | "lower", "of": COLUMN, "run": A, "than": B, "by": 0, "at": "end" | "best"}
//   {"check": "still_falling", "of": COLUMN, "run": A}                at the end of the run
//   {"check": "reaches", "of": COLUMN, "run": A, "than": B, "before": EPOCH}    A reaches B's level at the end
//   {"check": "reaches_level", "of": COLUMN, "run": A, "level": X}
//   {"check": "about", "of": COLUMN, "run": A, "level": X, "at": "best"}        X or more, within the error
//   {"check": "alike", "of": COLUMN, "runs": [..], "within": X, "at": "best"}   no two differ by more than X
//   {"check": "differs", "of": COLUMN, "run": A, "than": B}           in its level at the end or in its roughness
//   {"check": "fluctuates_more", "of": COLUMN, "run": A, "than": B}   from epoch to epoch
//   {"check": "overfits", "run": A}          val_loss has risen since its lowest while loss fell
//   {"check": "best_later", "run": A, "than": B}                      the epoch of the lowest val_loss
//   {"check": "gap_grows", "run": A, "from": EPOCH}                   val_loss - loss, from there to the end
//   {"check": "gap_negative", "run": A}      val_loss below loss at the end
//   {"check": "settles_sooner", "run": A, "than": B}                  val_loss stays near its final level
//
// A finding may also give a number without a check: {"gap": A}, {"best": A}, or {"quote": "text"}.
//
// COLUMN: loss accuracy val_loss val_accuracy seconds. "end": the mean of the last five epochs.
#pragma once
#include <string>
#include <vector>

#include "apps/lab/finished.h"
#include "apps/lab/plan.h"

namespace gs::apps {

enum class Outcome { held, did_not_hold, too_close, stated };
std::string to_string(Outcome);  ///< "held", "did not hold", "too close to call", "stated"

struct Evidence {
  Outcome outcome = Outcome::stated;
  std::string text;
};

/// A finding holds if all its checks hold, and does not if one of them does not. `runs`: those of the task, in its
/// order. Throws UsageError for a check that does not exist; its fields are those that
/// parse_plan() accepts.
Evidence examine(const PlannedFinding&, const std::vector<SeededRun>& runs);

/// The contribution of each validation image to val_loss or val_accuracy, [seed][image], averaged over epochs
/// [first, last) counted from 0. Throws gs::Error if the run did not keep its predictions.
std::vector<std::vector<double>> per_image(const SeededRun&, bool accuracy, std::size_t first, std::size_t last);

/// Like per_image(), at each seed's best epoch.
std::vector<std::vector<double>> per_image_at_best(const SeededRun&, bool accuracy);

}  // namespace gs::apps
