// run_assessment.h - assesses a run by its history: state, standard error, and a paragraph of text.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "engine/net/recipe.h"
#include "engine/train/trainer.h"

namespace gs {

enum class RunState {
  too_short,     ///< fewer than 4 epochs
  stuck,         ///< the training loss never got below 0.995 of the constant answer's
  unstable,      ///< in the second half the training loss often rises, by much of what it falls
  overfitting,   ///< since the best epoch the validation loss rose and the training loss fell
  improving,     ///< validation loss was still falling at the end
  underfitting,  ///< the training loss settled above 0.9 of the constant answer's
  settled,       ///< none of these: the validation loss no longer changes much
};

/// "too short", "stuck", "unstable", "over-fitting", "improving", "under-fitting", "settled"
std::string to_string(RunState);

/// Inputs of assess() besides the history.
struct AssessmentContext {
  LossKind loss = LossKind::bce;
  int validation_images = 0;
  std::vector<std::int64_t> train_class_counts;                         ///< images per class of the training split
  std::vector<std::int64_t> validation_class_counts;                    ///< images per class of the validation split
  double balanced_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< of the best epoch; NaN: unknown
  std::vector<std::string> findings;                                    ///< of RunDiagnostics, appended to the text
  std::string lack_of_content;  ///< engine/data/content.h, of the training images: why such a run is stuck
};

struct RunAssessment {
  RunState state = RunState::too_short;
  int best_epoch = 0;         ///< lowest validation loss
  double accuracy_error = 0;  ///< standard error of the best epoch's validation accuracy: sqrt(a (1 - a) / n)
  std::string text;           ///< one paragraph
};

/// Lowest loss of an answer that does not depend on the image. With class shares p_k, and p the share of class 1:
///   bce, softmax    -sum p_k ln p_k        ln K if balanced
///   hinge           2 min(p, 1 - p)        1 if balanced
///   hinge_sigmoid   min(1, 2 (1 - p))      1 if balanced
double constant_answer_loss(LossKind, const std::vector<std::int64_t>& class_counts);

RunAssessment assess(const std::vector<EpochResult>& history, const AssessmentContext&);

}  // namespace gs
