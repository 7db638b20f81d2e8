// metrics.h - what the answers of a classifier are worth: confusion matrix, sensitivity, ROC curve, top-5.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace gs {

/// A point of a ROC curve: the shares of negatives and of positives that are called positive.
struct RocPoint {
  double false_positive_rate = 0, true_positive_rate = 0;
};

/// `outputs` logits an image: one (its sign says the class, 1 is the positive one) or one a class (the first largest
/// says it).
struct ClassifierMetrics {
  std::vector<std::vector<std::int64_t>> confusion;  ///< [true class][predicted class]
  double accuracy = 0;
  double balanced_accuracy = 0;  ///< mean over the classes of the share that is found; classes without images left out
  // two classes; NaN where nothing can be said (no positives, none predicted)
  double sensitivity = 0;     ///< share of the positives that are found
  double specificity = 0;     ///< share of the negatives that are found
  double precision = 0;       ///< share of the predicted positives that are
  double area_under_roc = 0;  ///< the chance that a positive scores higher than a negative, ties counted half
  double top5_accuracy = 0;   ///< more than five classes: the class is among the five largest logits
};

/// Throws gs::Error when the sizes do not fit. `classes` is 2 or more.
ClassifierMetrics classifier_metrics(std::span<const float> logits, int outputs, std::span<const std::int32_t> labels,
                                     int classes);

/// What the positive class (1) scores: the logit, or the difference of two.
std::vector<double> positive_scores(std::span<const float> logits, int outputs);

/// From (0, 0) to (1, 1), a point for every score that occurs. Empty without positives or without negatives.
std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const std::int32_t> labels);

/// [images, classes] in [0, 1]: sigmoid of one logit (as {1 - p, p}), softmax of more.
std::vector<double> probabilities(std::span<const float> logits, int outputs);

}  // namespace gs
