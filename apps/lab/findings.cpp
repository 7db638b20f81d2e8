// findings.cpp - the checks.
#include "apps/lab/findings.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/lab/statistics.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "kernels/loss/loss_ref.h"

namespace gs::apps {
namespace {

using Json = nlohmann::json;
constexpr std::size_t window = 5;  ///< epochs that make the level at the end

std::size_t end_window(const SeededRun& run) {
  return std::min<std::size_t>(window, std::size_t(run.epochs()));
}

bool is_validation(const std::string& column) {
  return column == "val_loss" || column == "val_accuracy";
}

/// "0.8123", or "1.24 s".
std::string shown(const std::string& column, double value) {
  return column == "seconds" ? fmt::format("{:.3g} s", value) : fmt::format("{:.4f}", value);
}

/// One check's fields, and the runs of its task.
struct FindingCheck {
  const Json& json;
  const std::vector<SeededRun>& runs;

  const SeededRun& run(const char* field = "run") const { return runs.at(json.at(field).get<std::size_t>()); }
  std::string of() const { return json.value("of", std::string("val_accuracy")); }
  bool at_best() const { return json.value("at", std::string("end")) == "best"; }
  double EpochResult::*column() const {
    if (double EpochResult::*column = column_of(of())) return column;
    throw UsageError(
        fmt::format("a finding checks '{}', which is not a column; use loss, accuracy, val_loss, "
                    "val_accuracy or seconds",
                    of()));
  }
};

Outcome above(const Estimate& e, double limit) {
  return e.low > limit ? Outcome::held : e.high < limit ? Outcome::did_not_hold : Outcome::too_close;
}
Outcome below(const Estimate& e, double limit) {
  return e.high < limit ? Outcome::held : e.low > limit ? Outcome::did_not_hold : Outcome::too_close;
}

std::vector<std::vector<double>> images_of(const FindingCheck& c, const SeededRun& run) {
  const bool accuracy = c.of() == "val_accuracy";
  const auto epochs = std::size_t(run.epochs());
  return c.at_best() ? per_image_at_best(run, accuracy) : per_image(run, accuracy, epochs - end_window(run), epochs);
}

/// The level of a training column over the last epochs; of seconds over all epochs.
Estimate training_level(const FindingCheck& c, const SeededRun& run) {
  const std::vector<double> curve = run.curve(c.column());
  const bool seconds = c.of() == "seconds";
  return level(curve, seconds ? 0 : curve.size() - end_window(run), curve.size());
}

struct Levels {
  double first = 0, second = 0;
  Estimate difference;
};

Levels compare(const FindingCheck& c, const SeededRun& a, const SeededRun& b) {
  if (is_validation(c.of())) {
    const std::size_t of_a = a.seeds[0].labels.size(), of_b = b.seeds[0].labels.size();
    if (of_a != of_b)
      throw UsageError(fmt::format(
          "a finding compares {} of '{}' and '{}' image by image, but they were validated with {} and {} images",
          c.of(), a.name, b.name, of_a, of_b));
    const auto x = images_of(c, a), y = images_of(c, b);
    return {bootstrap_mean(x).value, bootstrap_mean(y).value, bootstrap_mean(difference(x, y))};
  }
  const Estimate x = training_level(c, a), y = training_level(c, b);
  return {x.value, y.value, minus(x, y)};
}

std::string levels_text(const FindingCheck& c, const SeededRun& a, const SeededRun& b, const Levels& l) {
  return fmt::format("{}{}: {} {}, {} {}; difference {:+.4f} (95 % interval {:+.4f} to {:+.4f}).", c.of(),
                     c.at_best() ? " at the best epoch" : "", a.name, shown(c.of(), l.first), b.name,
                     shown(c.of(), l.second), l.difference.value, l.difference.low, l.difference.high);
}

Evidence higher_or_lower(const FindingCheck& c, bool higher) {
  const SeededRun &a = c.run(), &b = c.run("than");
  const Levels l = compare(c, a, b);
  const double by = c.json.value("by", 0.0);
  const std::string asked = by > 0 ? fmt::format(" Asked: {} by more than {:g}.", higher ? "higher" : "lower", by) : "";
  return {higher ? above(l.difference, by) : below(l.difference, -by), levels_text(c, a, b, l) + asked};
}

Evidence still_falling(const FindingCheck& c) {
  const std::vector<double> curve = c.run().curve(c.column());
  if (curve.size() < 4) return {Outcome::too_close, fmt::format("{} epochs are too few for a slope.", curve.size())};
  const std::size_t half = curve.size() / 2;
  const Estimate s = slope(curve, half, curve.size());
  return {below(s, 0), fmt::format("{}'s slope over the epochs {} to {}: {:+.5f} an epoch ({:+.5f} to {:+.5f}).",
                                   c.of(), half + 1, curve.size(), s.value, s.low, s.high)};
}

Evidence reaches(const FindingCheck& c) {
  const SeededRun &run = c.run(), &other = c.run("than");
  const std::vector<double> target = other.curve(c.column()), curve = trailing_mean(run.curve(c.column()), window);
  const double goal = level(target, target.size() - end_window(other), target.size()).value;
  const int before = c.json.at("before");
  const auto found = std::find_if(curve.begin(), curve.end(), [&](double v) { return v >= goal; });
  const std::string aim = fmt::format("{} of {} at the end: {:.4f}.", c.of(), other.name, goal);
  if (found == curve.end())
    return {Outcome::did_not_hold, fmt::format("{} {} never gets there (five-epoch mean at most {:.4f}).", aim,
                                               run.name, *std::max_element(curve.begin(), curve.end()))};
  const int epoch = int(found - curve.begin()) + 1;
  return {epoch < before ? Outcome::held : Outcome::did_not_hold,
          fmt::format("{} {} reaches it in epoch {} (five-epoch mean).", aim, run.name, epoch)};
}

Evidence reaches_level(const FindingCheck& c) {
  const std::vector<double> curve = c.run().curve(c.column());
  const auto largest = std::max_element(curve.begin(), curve.end());
  const double goal = c.json.at("level");
  const Outcome outcome = *largest >= goal          ? Outcome::held
                          : *largest >= goal - 0.01 ? Outcome::too_close
                                                    : Outcome::did_not_hold;
  return {outcome, fmt::format("The highest {} of {} is {:.4f}, in epoch {}.", c.of(), c.run().name, *largest,
                               largest - curve.begin() + 1)};
}

Evidence about(const FindingCheck& c) {
  const double goal = c.json.at("level");
  const Estimate e = bootstrap_mean(images_of(c, c.run()));
  return {e.high >= goal ? Outcome::held : Outcome::did_not_hold,
          fmt::format("{}{} of {}: {:.4f} (95 % interval {:.4f} to {:.4f}).", c.of(),
                      c.at_best() ? " at the best epoch" : "", c.run().name, e.value, e.low, e.high)};
}

Evidence alike(const FindingCheck& c) {
  const double within = c.json.at("within");
  const auto indices = c.json.at("runs").get<std::vector<std::size_t>>();
  Evidence e{Outcome::held, ""};
  for (std::size_t i = 0; i < indices.size(); ++i)
    for (std::size_t j = i + 1; j < indices.size(); ++j) {
      const SeededRun &a = c.runs.at(indices[i]), &b = c.runs.at(indices[j]);
      const Levels l = compare(c, a, b);
      e.text += (e.text.empty() ? "" : " ") + levels_text(c, a, b, l);
      const bool apart = l.difference.low > within || l.difference.high < -within;
      const bool sure = l.difference.low > -within && l.difference.high < within;
      if (apart)
        e.outcome = Outcome::did_not_hold;
      else if (!sure && e.outcome == Outcome::held)
        e.outcome = Outcome::too_close;
    }
  e.text += fmt::format(" Alike would be within {:g}.", within);
  return e;
}

std::vector<double> second_half(const std::vector<double>& curve) {
  return {curve.begin() + std::ptrdiff_t(curve.size() / 2), curve.end()};
}

std::string roughness_text(const FindingCheck& c, const Estimate& ratio) {
  return fmt::format("{} moves from epoch to epoch {:.2f} times as much in {} as in {} ({:.2f} to {:.2f}).", c.of(),
                     std::exp(ratio.value), c.run().name, c.run("than").name, std::exp(ratio.low),
                     std::exp(ratio.high));
}

Evidence fluctuates_more(const FindingCheck& c) {
  const Estimate ratio =
      log_roughness_ratio(second_half(c.run().curve(c.column())), second_half(c.run("than").curve(c.column())));
  return {above(ratio, 0), roughness_text(c, ratio)};
}

Evidence differs(const FindingCheck& c) {
  const Estimate ratio =
      log_roughness_ratio(second_half(c.run().curve(c.column())), second_half(c.run("than").curve(c.column())));
  const Levels l = compare(c, c.run(), c.run("than"));
  const auto away_from_0 = [](const Estimate& e) { return e.low > 0 || e.high < 0; };
  return {away_from_0(ratio) || away_from_0(l.difference) ? Outcome::held : Outcome::too_close,
          levels_text(c, c.run(), c.run("than"), l) + " " + roughness_text(c, ratio)};
}

/// The epoch (from 0) around which the five-epoch mean of val_loss is lowest.
std::size_t lowest_val_loss(const SeededRun& run) {
  const std::vector<double> smooth = trailing_mean(run.curve(&EpochResult::val_loss), window);
  return std::size_t(std::min_element(smooth.begin(), smooth.end()) - smooth.begin());
}

Evidence overfits(const FindingCheck& c) {
  const SeededRun& run = c.run();
  const auto epochs = std::size_t(run.epochs()), last = epochs - end_window(run), low = lowest_val_loss(run);
  const std::size_t first = low + 1 >= window ? low + 1 - window : 0;
  const std::vector<double> loss = run.curve(&EpochResult::loss), val_loss = run.curve(&EpochResult::val_loss);
  const Estimate rise =
      bootstrap_mean(difference(per_image(run, false, last, epochs), per_image(run, false, first, low + 1)));
  const double loss_then = level(loss, first, low + 1).value, loss_now = level(loss, last, epochs).value;
  const Outcome outcome = loss_now < loss_then ? above(rise, 0) : Outcome::did_not_hold;
  return {
      outcome,
      fmt::format("{}: since its lowest around epoch {} val_loss went from {:.4f} to {:.4f} ({:+.4f}, 95 % interval "
                  "{:+.4f} to {:+.4f}), while loss went from {:.4f} to {:.4f}.",
                  run.name, low + 1, level(val_loss, first, low + 1).value, level(val_loss, last, epochs).value,
                  rise.value, rise.low, rise.high, loss_then, loss_now)};
}

/// Holds if epoch `a` is before (or, with `later`, after) epoch `b`; too close if within a fifth of each other.
Outcome order_of(double a, double b, bool later) {
  const bool close = std::abs(a - b) <= 0.2 * std::max(a, b);
  return close ? Outcome::too_close : (a > b) == later ? Outcome::held : Outcome::did_not_hold;
}

Evidence best_later(const FindingCheck& c) {
  const double a = double(lowest_val_loss(c.run()) + 1), b = double(lowest_val_loss(c.run("than")) + 1);
  return {order_of(a, b, true),
          fmt::format("val_loss (five-epoch mean) is lowest in epoch {} of {} with {}, in epoch {} of {} with {}.", a,
                      c.run().epochs(), c.run().name, b, c.run("than").epochs(), c.run("than").name)};
}

Evidence gap_grows(const FindingCheck& c) {
  const SeededRun& run = c.run();
  const auto epochs = std::size_t(run.epochs()), last = epochs - end_window(run);
  const std::size_t from = std::min(std::size_t(c.json.at("from").get<int>()), epochs),
                    first = from - std::min(from, window);
  const std::vector<double> loss = run.curve(&EpochResult::loss), val_loss = run.curve(&EpochResult::val_loss);
  const Estimate val_change =
      bootstrap_mean(difference(per_image(run, false, last, epochs), per_image(run, false, first, from)));
  const Estimate change = minus(val_change, minus(level(loss, last, epochs), level(loss, first, from)));
  const auto gap = [&](std::size_t a, std::size_t b) { return level(val_loss, a, b).value - level(loss, a, b).value; };
  return {
      above(change, 0),
      fmt::format("val_loss - loss of {}: {:.4f} around epoch {}, {:.4f} at the end ({:+.4f}, 95 % interval {:+.4f} "
                  "to {:+.4f}).",
                  run.name, gap(first, from), from, gap(last, epochs), change.value, change.low, change.high)};
}

Evidence gap_negative(const FindingCheck& c) {
  const SeededRun& run = c.run();
  const auto epochs = std::size_t(run.epochs()), last = epochs - end_window(run);
  const Estimate gap =
      minus(bootstrap_mean(per_image(run, false, last, epochs)), level(run.curve(&EpochResult::loss), last, epochs));
  return {below(gap, 0), fmt::format("val_loss - loss of {} at the end: {:+.5f} (95 % interval {:+.5f} to {:+.5f}).",
                                     run.name, gap.value, gap.low, gap.high)};
}

/// First epoch (from 1) from which on val_loss (five-epoch mean) differs from its last value by at most a tenth of its
/// total change.
int settled_epoch(const SeededRun& run) {
  const std::vector<double> smooth = trailing_mean(run.curve(&EpochResult::val_loss), window);
  const double end = smooth.back(), way = std::abs(smooth.front() - end);
  int epoch = int(smooth.size());
  while (epoch > 1 && std::abs(smooth[std::size_t(epoch - 2)] - end) <= 0.1 * way) --epoch;
  return epoch;
}

Evidence settles_sooner(const FindingCheck& c) {
  const int a = settled_epoch(c.run()), b = settled_epoch(c.run("than"));
  return {
      order_of(a, b, false),
      fmt::format("val_loss differs from its last value by at most a tenth of its total change from epoch {} on with "
                  "{}, from epoch {} on with {}.",
                  a, c.run().name, b, c.run("than").name)};
}

Evidence examine_check(const FindingCheck& c) {
  const std::string name = c.json.value("check", std::string());
  if (name == "higher" || name == "lower") return higher_or_lower(c, name == "higher");
  if (name == "still_falling") return still_falling(c);
  if (name == "reaches") return reaches(c);
  if (name == "reaches_level") return reaches_level(c);
  if (name == "about") return about(c);
  if (name == "alike") return alike(c);
  if (name == "differs") return differs(c);
  if (name == "fluctuates_more") return fluctuates_more(c);
  if (name == "overfits") return overfits(c);
  if (name == "best_later") return best_later(c);
  if (name == "gap_grows") return gap_grows(c);
  if (name == "gap_negative") return gap_negative(c);
  if (name == "settles_sooner") return settles_sooner(c);
  throw UsageError(
      fmt::format("a finding has the check '{}', which does not exist (apps/lab/findings.h lists them)", name));
}

std::string statement(const Json& json, const std::vector<SeededRun>& runs) {
  if (json.contains("gap")) {
    const SeededRun& run = runs.at(json["gap"].get<std::size_t>());
    const auto end = [&](const char* column) {
      const std::vector<double> curve = run.curve(column_of(column));
      return level(curve, curve.size() - end_window(run), curve.size()).value;
    };
    return fmt::format(
        "{}: training {:.4f} / {:.3f}, validation {:.4f} / {:.3f} (loss / accuracy), gap {:+.4f} / {:+.3f}.", run.name,
        end("loss"), end("accuracy"), end("val_loss"), end("val_accuracy"), end("val_loss") - end("loss"),
        end("val_accuracy") - end("accuracy"));
  }
  if (json.contains("best")) {
    const SeededRun& run = runs.at(json["best"].get<std::size_t>());
    const Estimate e = bootstrap_mean(per_image_at_best(run, true));
    return fmt::format("{}: {:.3f} (95 % interval {:.3f} to {:.3f}).", run.name, e.value, e.low, e.high);
  }
  if (json.contains("quote") && json["quote"].is_string()) return json["quote"].get<std::string>();
  throw UsageError(fmt::format("a finding states {}, which does not exist; use gap, best or quote", json_text(json)));
}

}  // namespace

std::string to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::held:
      return "held";
    case Outcome::did_not_hold:
      return "did not hold";
    case Outcome::too_close:
      return "too close to call";
    case Outcome::stated:
      return "stated";
  }
  return "?";
}

std::vector<std::vector<double>> per_image(const SeededRun& run, bool accuracy, std::size_t first, std::size_t last) {
  std::vector<std::vector<double>> result;
  for (const FinishedRun& seed : run.seeds) {
    if (seed.logits.empty())
      throw Error(fmt::format("{} did not keep its predictions (--keep-predictions)", seed.folder.string()));
    if (seed.labels.size() != run.seeds[0].labels.size())
      throw Error(fmt::format("{} was validated with {} images, and {} with {}", seed.folder.string(),
                              seed.labels.size(), run.seeds[0].folder.string(), run.seeds[0].labels.size()));
    const std::size_t images = seed.labels.size(), k = std::size_t(seed.loss.classes);
    std::vector<double> mean(images, 0.0);
    for (std::size_t epoch = first; epoch < last; ++epoch)
      for (std::size_t i = 0; i < images; ++i) {
        const auto* row = seed.logits.data() + (epoch * images + i) * k;
        const std::vector<double> z(row, row + k);
        const double value = accuracy ? double(ref::is_correct(seed.loss, z, seed.labels[i]))
                                      : ref::sample_loss(seed.loss, z, seed.labels[i]);
        mean[i] += value / double(last - first);
      }
    result.push_back(std::move(mean));
  }
  return result;
}

std::vector<std::vector<double>> per_image_at_best(const SeededRun& run, bool accuracy) {
  std::vector<std::vector<double>> result;
  for (const FinishedRun& seed : run.seeds) {
    const auto best = std::size_t(seed.best_epoch());
    result.push_back(per_image({run.name, {seed}}, accuracy, best - 1, best).front());
  }
  return result;
}

Evidence examine(const PlannedFinding& finding, const std::vector<SeededRun>& runs) {
  Evidence whole{finding.checks.empty() ? Outcome::stated : Outcome::held, ""};
  const auto add = [&](const std::string& text) { whole.text += (whole.text.empty() ? "" : " ") + text; };
  for (const Json& check : finding.checks) {
    const Evidence e = examine_check({check, runs});
    add(e.text);
    if (e.outcome == Outcome::did_not_hold)
      whole.outcome = Outcome::did_not_hold;
    else if (e.outcome == Outcome::too_close && whole.outcome == Outcome::held)
      whole.outcome = Outcome::too_close;
  }
  for (const Json& state : finding.states) add(statement(state, runs));
  return whole;
}

}  // namespace gs::apps
