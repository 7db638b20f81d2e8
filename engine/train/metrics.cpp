// metrics.cpp - counts over logits and labels.
#include "engine/train/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/core/nan_last.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? double(part) / double(whole) : unknown;
}

int predicted_class(std::span<const float> row) {
  if (row.size() == 1) return row[0] > 0;
  return int(std::max_element(row.begin(), row.end()) - row.begin());
}

/// True if the label's logit is among the `k` largest; ties go to the lower index.
bool among_largest(std::span<const float> row, std::int32_t label, int k) {
  int before = 0;
  for (std::size_t j = 0; j < row.size(); ++j)
    before += row[j] > row[std::size_t(label)] || (row[j] == row[std::size_t(label)] && j < std::size_t(label));
  return before < k;
}

/// Area under the curve by the trapezoidal rule.
double area(const std::vector<RocPoint>& curve) {
  double sum = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    sum += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
           (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
  return curve.empty() ? unknown : sum;
}

}  // namespace

std::vector<double> positive_scores(std::span<const float> logits, int outputs) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < logits.size(); i += std::size_t(outputs))
    scores.push_back(outputs == 1 ? double(logits[i]) : double(logits[i + 1]) - double(logits[i]));
  return scores;
}

std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const std::int32_t> labels) {
  const auto positives = std::count(labels.begin(), labels.end(), 1);
  const auto negatives = std::int64_t(labels.size()) - positives;
  if (positives == 0 || negatives == 0) return {};
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return nan_last(-scores[a], -scores[b]); });
  std::vector<RocPoint> curve = {{0, 0}};
  std::int64_t found = 0, wrong = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (labels[order[i]] == 1 ? found : wrong) += 1;
    const bool last_of_its_score = i + 1 == order.size() || scores[order[i + 1]] != scores[order[i]];
    if (last_of_its_score) curve.push_back({share(wrong, negatives), share(found, positives)});
  }
  return curve;
}

std::vector<double> probabilities(std::span<const float> logits, int outputs) {
  std::vector<double> result;
  for (std::size_t i = 0; i < logits.size(); i += std::size_t(outputs)) {
    if (outputs == 1) {
      const double p = 1 / (1 + std::exp(-double(logits[i])));
      result.insert(result.end(), {1 - p, p});
      continue;
    }
    const auto row = logits.subspan(i, std::size_t(outputs));
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float z : row) sum += std::exp(z - largest);
    for (const float z : row) result.push_back(std::exp(z - largest) / sum);
  }
  return result;
}

ClassifierMetrics classifier_metrics(std::span<const float> logits, int outputs, std::span<const std::int32_t> labels,
                                     int classes) {
  require(logits.size() == labels.size() * std::size_t(outputs), "classifier_metrics: one row of logits per label");
  ClassifierMetrics m;
  m.confusion.assign(std::size_t(classes), std::vector<std::int64_t>(std::size_t(classes), 0));
  std::int64_t right = 0, near = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = logits.subspan(i * std::size_t(outputs), std::size_t(outputs));
    const int predicted = predicted_class(row);
    ++m.confusion.at(std::size_t(labels[i])).at(std::size_t(predicted));
    right += predicted == labels[i];
    if (outputs > 5) near += among_largest(row, labels[i], 5);
  }
  const auto images = std::int64_t(labels.size());
  m.accuracy = share(right, images);
  m.top5_accuracy = outputs > 5 ? share(near, images) : unknown;
  double sum = 0;
  int present = 0;
  for (std::size_t k = 0; k < m.confusion.size(); ++k) {
    const std::int64_t of_class = std::accumulate(m.confusion[k].begin(), m.confusion[k].end(), std::int64_t(0));
    if (of_class > 0) sum += share(m.confusion[k][k], of_class), ++present;
  }
  m.balanced_accuracy = present > 0 ? sum / present : unknown;
  m.sensitivity = m.specificity = m.precision = m.area_under_roc = unknown;
  if (classes == 2) {
    const auto& c = m.confusion;
    m.sensitivity = share(c[1][1], c[1][0] + c[1][1]);
    m.specificity = share(c[0][0], c[0][0] + c[0][1]);
    m.precision = share(c[1][1], c[0][1] + c[1][1]);
    m.area_under_roc = area(roc_curve(positive_scores(logits, outputs), labels));
  }
  return m;
}

}  // namespace gs
