// verdict.h - what a history of losses says about a run, in one paragraph.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "engine/net/recipe.h"
#include "engine/train/trainer.h"

namespace gs {

enum class RunState {
  too_short,     ///< fewer than 4 epochs
  stuck,         ///< the training loss never left the loss of a constant answer
  unstable,      ///< the training loss jumps up and down by more than it falls
  overfitting,   ///< training loss falls on while validation loss has risen since its lowest epoch
  improving,     ///< validation loss was still falling at the end
  underfitting,  ///< the training loss settled far above what can be learned: not below 0.9 of a constant answer's
  settled,       ///< validation loss no longer changes much
};

std::string to_string(
    RunState);  ///< "too short", "stuck", "unstable", "over-fitting", "improving", "under-fitting", "settled"

/// What the verdict needs to know beside the history.
struct VerdictContext {
  LossKind loss = LossKind::bce;
  int validation_images = 0;
  std::vector<std::int64_t> train_class_counts;                         ///< images of each class in the training split
  std::vector<std::int64_t> validation_class_counts;                    ///< likewise
  double balanced_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< of the best epoch, where it is known
  std::vector<std::string> findings;                                    ///< the doctor's, put at the end
};

struct Verdict {
  RunState state = RunState::too_short;
  int best_epoch = 0;         ///< lowest validation loss
  double accuracy_error = 0;  ///< standard error of the best epoch's validation accuracy: sqrt(a (1 - a) / n)
  std::string text;           ///< one paragraph
};

/// Loss of the best answer that does not look at the image. With class shares p_k, and p the share of class 1:
///   bce, softmax    -sum p_k ln p_k        ln K when balanced
///   hinge           2 min(p, 1 - p)        1 when balanced
///   hinge_sigmoid   min(1, 2 (1 - p))      1 when balanced
double constant_answer_loss(LossKind, const std::vector<std::int64_t>& class_counts);

Verdict judge(const std::vector<EpochResult>& history, const VerdictContext&);

}  // namespace gs
