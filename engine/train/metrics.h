// metrics.h - metrics of a classifier: confusion matrix, sensitivity, specificity, ROC curve, top-5 accuracy.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace gs {

/// A point of a ROC curve: the shares of negatives and of positives that are predicted positive.
struct RocPoint {
  double false_positive_rate = 0, true_positive_rate = 0;
};

/// Predicted class: with one logit per image 1 (positive) if it is above 0, else 0; with one logit per class the first
/// largest.
struct ClassifierMetrics {
  std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]
  double accuracy = 0;
  double balanced_accuracy = 0;  ///< mean recall of the classes that have images
  // two classes only; NaN if undefined (no positives, none predicted, ...)
  double sensitivity = 0;     ///< recall of class 1: TP / (TP + FN)
  double specificity = 0;     ///< recall of class 0: TN / (TN + FP)
  double precision = 0;       ///< TP / (TP + FP)
  double area_under_roc = 0;  ///< P(positive scores higher than negative), ties count half
  double top5_accuracy = 0;   ///< true class among the five largest logits; NaN up to five classes
};

/// logits: [images, outputs]; labels: [images]; classes >= 2. Throws gs::Error if the sizes do not match.
ClassifierMetrics classifier_metrics(std::span<const float> logits, int outputs, std::span<const std::int32_t> labels,
                                     int classes);

/// Score of the positive class (1): the logit if outputs == 1, else logit 1 - logit 0.
std::vector<double> positive_scores(std::span<const float> logits, int outputs);

/// From (0, 0) to (1, 1), with one point per distinct score. Empty without positives or without negatives.
std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const std::int32_t> labels);

/// [images, classes] in [0, 1]: sigmoid of one logit (as {1 - p, p}), softmax of more.
std::vector<double> probabilities(std::span<const float> logits, int outputs);

}  // namespace gs
