// run_assessment.cpp - rules over the loss curves: stuck, unstable, over-fitting, still improving, under-fitting.
#include "engine/train/run_assessment.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nan_last.h"

namespace gs {
namespace {

using History = std::vector<EpochResult>;

std::vector<double> shares(const std::vector<std::int64_t>& counts) {
  const double sum = double(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)));
  std::vector<double> result;
  for (const std::int64_t n : counts) result.push_back(sum > 0 ? double(n) / sum : 0);
  return result;
}

double largest_share(const std::vector<std::int64_t>& counts) {
  const auto p = shares(counts);
  return p.empty() ? 0 : *std::max_element(p.begin(), p.end());
}

/// Mean of a column over epochs [first, last), counted from 0.
double mean(const History& h, double EpochResult::*column, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t i = first; i < last; ++i) sum += h[i].*column;
  return sum / double(last - first);
}

/// Rises and falls of the training loss from epoch to epoch in the second half of a run.
struct Roughness {
  int rises = 0, moves = 0;
  double rise = 0, fall = 0, level = 0;
  explicit Roughness(const History& h) {
    for (std::size_t i = h.size() / 2; i < h.size(); ++i, ++moves) {
      const double change = h[i].loss - h[i - 1].loss;
      if (change > 0) ++rises, rise += change;
      if (change < 0) fall -= change;
      level += h[i].loss;
    }
    level /= moves;
  }
  double mean_rise_share() const { return rises > 0 ? rise / rises / level : 0; }
};

constexpr std::size_t fewest_epochs = 4;

std::string stuck_text(const History& h, const AssessmentContext& c, double constant) {
  const std::size_t classes = c.train_class_counts.size();
  const bool logarithm = c.loss == LossKind::bce || c.loss == LossKind::softmax;
  const bool balanced = largest_share(c.train_class_counts) * double(classes) < 1.02;
  const std::string what =
      logarithm && balanced ? fmt::format("ln {} = {:.4f}", classes, constant) : fmt::format("{:.4f}", constant);
  const std::string why = c.lack_of_content.empty()
                              ? "Try another --lr (a higher one if the loss hardly moves) or more --epochs."
                              : fmt::format("The data are at fault, no setting: {} (--data).", c.lack_of_content);
  return fmt::format(
      "Stuck: the training loss is {:.4f} after {} epochs, and an answer that ignores the image gets {}. {}",
      h.back().loss, h.size(), what, why);
}

std::string unstable_text(const Roughness& r) {
  return fmt::format(
      "Unstable: in the second half of the run the training loss rose in {} of {} epochs, by {:.0f} % on average. A "
      "lower --lr or a larger --batch makes it calmer.",
      r.rises, r.moves, 100 * r.mean_rise_share());
}

std::string overfitting_text(const EpochResult& best, double loss, double val_loss) {
  return fmt::format(
      "Over-fitting since epoch {}: from there to the end the training loss fell from {:.4f} to {:.4f} while the "
      "validation loss rose from {:.4f} to {:.4f}. best.safetensors holds epoch {}; --dropout, or more images, would "
      "help.",
      best.epoch, best.loss, loss, best.val_loss, val_loss, best.epoch);
}

/// The state of the run and its description.
std::pair<RunState, std::string> state_of(const History& h, const EpochResult& best, const AssessmentContext& c) {
  const std::size_t n = h.size();
  if (n < fewest_epochs)
    return {RunState::too_short, fmt::format("{} epoch{} too few to judge the run.", n, n == 1 ? " is" : "s are")};

  const double constant = constant_answer_loss(c.loss, c.train_class_counts);
  const auto lowest =
      std::min_element(h.begin(), h.end(), [](const auto& a, const auto& b) { return a.loss < b.loss; });
  if (lowest->loss > 0.995 * constant) return {RunState::stuck, stuck_text(h, c, constant)};

  // A loss near zero may change by a large factor: that is noise, not instability.
  const Roughness roughness(h);
  if (roughness.level > 0.05 * constant && roughness.rise > 0.5 * roughness.fall &&
      roughness.mean_rise_share() > 0.03 && 4 * roughness.rises >= roughness.moves)
    return {RunState::unstable, unstable_text(roughness)};

  const std::size_t tail = std::max<std::size_t>(2, n / 10), since_best = n - std::size_t(best.epoch - h[0].epoch) - 1;
  if (since_best >= tail) {
    const std::size_t window = std::min<std::size_t>(3, since_best);
    const double loss = mean(h, &EpochResult::loss, n - window, n);
    const double val_loss = mean(h, &EpochResult::val_loss, n - window, n);
    if (val_loss > 1.02 * best.val_loss && loss < 0.98 * best.loss)
      return {RunState::overfitting, overfitting_text(best, loss, val_loss)};
  } else {
    const std::size_t quarter = n / 4;
    const double before = mean(h, &EpochResult::val_loss, n - 2 * quarter, n - quarter);
    const double after = mean(h, &EpochResult::val_loss, n - quarter, n);
    if (after < 0.998 * before)
      return {
          RunState::improving,
          fmt::format("Still improving: the validation loss was lowest in epoch {} of {}, and the last quarter of the "
                      "run brought it down by {:.1f} %. More --epochs or a higher --lr should go further.",
                      best.epoch, h.back().epoch, 100 * (1 - after / before))};
  }
  if (mean(h, &EpochResult::loss, n - std::max<std::size_t>(1, n / 4), n) > 0.9 * constant)
    return {RunState::underfitting,
            fmt::format("Under-fitting: the training loss has settled at {:.4f}, and an answer that ignores the image "
                        "gets {:.4f}. A wider --base, another model, less --dropout or a higher --lr would learn more.",
                        h.back().loss, constant)};
  return {RunState::settled, fmt::format("Settled: the validation loss was lowest in epoch {} ({:.4f}) and is {:.4f} "
                                         "at the end; the training loss is {:.4f}.",
                                         best.epoch, best.val_loss, h.back().val_loss, h.back().loss)};
}

std::string accuracy_text(const EpochResult& best, const AssessmentContext& c, double error) {
  std::string text = fmt::format(
      " Validation accuracy in epoch {}: {:.3f} +- {:.3f} (standard error for {} images); training accuracy {:.3f}.",
      best.epoch, best.val_accuracy, error, c.validation_images, best.accuracy);
  const double majority = largest_share(c.validation_class_counts);
  if (best.val_accuracy < majority + 2 * std::sqrt(majority * (1 - majority) / c.validation_images))
    text += fmt::format(" That cannot be told from always answering the most frequent class ({:.3f}).", majority);
  if (majority >= 0.65 && !std::isnan(c.balanced_accuracy))
    text += fmt::format(
        " The classes are unbalanced ({:.0f} % are one class), so accuracy misleads: the balanced "
        "accuracy is {:.3f}; --class-weight balanced trains for that.",
        100 * majority, c.balanced_accuracy);
  if (c.loss == LossKind::hinge_sigmoid)
    text += fmt::format(" Hinge behind a sigmoid cannot go below {:.3f} here, the share of the negative class.",
                        shares(c.train_class_counts).at(0));
  return text;
}

}  // namespace

double constant_answer_loss(LossKind loss, const std::vector<std::int64_t>& class_counts) {
  const auto p = shares(class_counts);
  require(p.size() >= 2, "a loss needs at least two classes");
  switch (loss) {
    case LossKind::hinge:
      return 2 * std::min(p[0], p[1]);
    case LossKind::hinge_sigmoid:
      return std::min(1.0, 2 * p[0]);
    default:
      double entropy = 0;
      for (const double share : p)
        if (share > 0) entropy -= share * std::log(share);
      return entropy;
  }
}

std::string to_string(RunState state) {
  switch (state) {
    case RunState::too_short:
      return "too short";
    case RunState::stuck:
      return "stuck";
    case RunState::unstable:
      return "unstable";
    case RunState::overfitting:
      return "over-fitting";
    case RunState::improving:
      return "improving";
    case RunState::underfitting:
      return "under-fitting";
    case RunState::settled:
      return "settled";
  }
  return "?";
}

RunAssessment assess(const History& history, const AssessmentContext& context) {
  if (history.empty()) return {RunState::too_short, 0, 0, "No epoch was completed."};
  const EpochResult& best = *std::min_element(
      history.begin(), history.end(), [](const auto& a, const auto& b) { return nan_last(a.val_loss, b.val_loss); });
  const double a = best.val_accuracy;
  const double error = std::sqrt(a * (1 - a) / std::max(1, context.validation_images));
  const auto [state, text] = state_of(history, best, context);
  std::string whole = text + accuracy_text(best, context, error);
  if (context.lack_of_content.empty())  // findings advise on settings
    for (const std::string& finding : context.findings) whole += " " + finding;
  return {state, best.epoch, error, whole};
}

}  // namespace gs
