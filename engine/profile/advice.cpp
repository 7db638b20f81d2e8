// advice.cpp - the entries of advice(), each computed from numbers of the profile.
#include "engine/profile/advice.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/profile/analysis.h"

namespace gs {
namespace {

constexpr double least_share = 0.005, only_moves = 1;  // only_moves: operations per byte

class Adviser {
 public:
  explicit Adviser(const Profile& profile) : profile_(profile) {}

  /// Appends the saving to `text`.
  void add(const std::string& what, double saving_us, const std::string& text) {
    const double wall = profile_.sums.wall_us, share = wall > 0 ? saving_us / wall : 0;
    if (share < least_share) return;
    found_.push_back(
        {what, saving_us, share, fmt::format("{} {:.1f} us ({:.1f} % of the step)", text, saving_us, 100 * share)});
  }
  std::vector<Advice> best(std::size_t most) {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.saving_us > b.saving_us; });
    std::vector<Advice> best;
    for (Advice& a : found_)
      if (best.size() < most &&
          std::none_of(best.begin(), best.end(), [&](const Advice& b) { return b.what == a.what; }))
        best.push_back(std::move(a));
    return best;
  }

 private:
  const Profile& profile_;
  std::vector<Advice> found_;
};

/// The fastest measured candidate other than the one that ran; null if there is none.
const MeasuredCandidate* fastest_other(const OpProfile& op) {
  const MeasuredCandidate* best = nullptr;
  for (const MeasuredCandidate& c : op.candidates)
    if (c.name != op.implementation && (!best || c.us < best->us)) best = &c;
  return best;
}
const MeasuredCandidate* the_one_that_ran(const OpProfile& op) {
  for (const MeasuredCandidate& c : op.candidates)
    if (c.name == op.implementation) return &c;
  return nullptr;
}

/// Starting it, or waiting, takes longer than its work.
bool has_little_work(const OpAnalysis& a) {
  return a.bound == Bound::launch || a.bound == Bound::latency;
}

std::string_view limit_in_words(Bound bound) {
  return bound == Bound::bytes ? "bytes" : bound == Bound::issue ? "instructions" : "operations";
}

void advise_on_kernel(const OpProfile& op, const OpAnalysis& a, Adviser& adviser) {
  const MeasuredCandidate *ran = the_one_that_ran(op), *other = fastest_other(op);
  std::string remedy = "another implementation (--impl, or --impl auto --retune)";
  if (ran && other && other->us < ran->us)
    adviser.add(
        op.name, op.us.median * (1 - other->us / ran->us),
        fmt::format("{0}: measured alone, {1} took {2:.1f} us and {3} {4:.1f}: --impl \"{0}={3}\", or --impl auto "
                    "--retune, saves up to that share of its {5:.1f} us,",
                    op.name, op.implementation, ran->us, other->name, other->us, op.us.median));
  else if (ran && other)
    remedy = fmt::format("measured alone, {} took {:.1f} us, the next, {}, {:.1f} us; a better kernel",
                         op.implementation, ran->us, other->name, other->us);
  adviser.add(
      op.name, op.us.median - a.peak_us,
      fmt::format("{} ({}): {:.1f} us is {:.0f} % of the peak, {:.1f} us for its {}; {} could save up to", op.name,
                  op.implementation, op.us.median, 100 * a.peak_share, a.peak_us, limit_in_words(a.bound), remedy));
}

void advise_on_op(const Profile& profile, const OpProfile& op, Adviser& adviser) {
  const OpAnalysis a = analyse(profile, op);
  if (a.imbalance_us > 0) {
    const double slowest = *std::max_element(op.thread_us.begin(), op.thread_us.end());
    adviser.add(
        op.name, a.imbalance_us,
        fmt::format("{}: the slowest thread works {:.1f} us, the mean of {} is {:.1f} us: equal shares save up to",
                    op.name, slowest, op.thread_us.size(), slowest - a.imbalance_us));
  }
  if (a.bound == Bound::unknown || has_little_work(a)) return;
  if (a.intensity < only_moves && (op.pass == Pass::forward || op.pass == Pass::backward))
    adviser.add(
        op.name, op.us.median,
        fmt::format(
            "{}: moves {:.2f} MB at {:.2f} operations per byte: fused into the op that writes its input, it saves "
            "up to",
            op.name, op.cost.bytes / 1e6, a.intensity));
  else
    advise_on_kernel(op, a, adviser);
}

void advise_on_latency(const Profile& profile, Adviser& adviser) {
  double sum = 0, longest_us = 0;
  int count = 0;
  std::string longest;
  for (const OpProfile& op : profile.ops) {
    if (!has_little_work(analyse(profile, op))) continue;
    sum += op.us.median, ++count;
    if (op.us.median > longest_us) longest = op.name, longest_us = op.us.median;
  }
  adviser.add(
      "latency", sum / 2,
      fmt::format(
          "latency: {} ops with too little work (longest: {}) take {:.1f} us; --batch {} halves that per image, "
          "worth",
          count, longest, sum, 2 * profile.batch));
}

void advise_on_rest(const Profile& profile, Adviser& adviser) {
  const TimeSums& s = profile.sums;
  adviser.add(
      "gaps", s.gaps_us,
      fmt::format("gaps: idle for {:.1f} us between {} ops; fewer (fused) ops or more work per op (--batch {}) save up "
                  "to",
                  s.gaps_us, profile.ops.size(), 2 * profile.batch));
  adviser.add(
      "host time", s.host_us,
      fmt::format("host time: {:.1f} us before the first op and after the last; more work per step (--batch {}) saves "
                  "up to",
                  s.host_us, 2 * profile.batch));
}

// ---- the simulator's counts ----

std::string worst_place(const OpCounts& counts, std::int64_t (*badness)(const OpCounts::Line&)) {
  const auto worst = std::max_element(counts.lines.begin(), counts.lines.end(),
                                      [&](const auto& a, const auto& b) { return badness(a) < badness(b); });
  return worst == counts.lines.end() ? "" : ", most of it at " + worst->place;
}

std::vector<Advice> advice_of_counts(const Profile& profile, std::size_t most) {
  double all_sectors = 0, all_turns = 0;
  for (const OpProfile& op : profile.ops)
    if (op.counts)
      all_sectors += double(op.counts->sectors),
          all_turns += double(op.counts->shared_requests + op.counts->bank_conflicts);
  std::vector<Advice> found;
  for (const OpProfile& op : profile.ops) {
    if (!op.counts) continue;
    const OpCounts& c = *op.counts;
    const double wasted = double(c.wasted_sectors);
    if (all_sectors > 0 && wasted / all_sectors >= least_share)
      found.push_back(
          {op.name, 0, wasted / all_sectors,
           fmt::format("{} ({}): {:.1f} sectors per request; {:.0f} of its {} sectors are beyond the ideal: "
                       "neighbouring lanes on neighbouring addresses save up to {:.1f} % of the step's sectors{}",
                       op.name, op.implementation, double(c.sectors) / double(std::max<std::int64_t>(1, c.requests)),
                       wasted, c.sectors, 100 * wasted / all_sectors,
                       worst_place(c, [](const OpCounts::Line& l) { return l.wasted_sectors; }))});
    if (all_turns > 0 && double(c.bank_conflicts) / all_turns >= least_share)
      found.push_back({op.name, 0, double(c.bank_conflicts) / all_turns,
                       fmt::format("{} ({}): {} extra turns for {} requests to shared memory, {:.1f} % of the step's: "
                                   "padded rows or another order keep lanes out of each other's banks{}",
                                   op.name, op.implementation, c.bank_conflicts, c.shared_requests,
                                   100 * double(c.bank_conflicts) / all_turns,
                                   worst_place(c, [](const OpCounts::Line& l) { return l.bank_conflicts; }))});
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace

std::vector<Advice> advice(const Profile& profile, std::size_t most) {
  if (profile.source == TimeSource::counts) return advice_of_counts(profile, most);
  if (!has_times(profile.source)) return {};
  Adviser adviser(profile);
  for (const OpProfile& op : profile.ops) advise_on_op(profile, op, adviser);
  advise_on_latency(profile, adviser);
  advise_on_rest(profile, adviser);
  return adviser.best(most);
}

}  // namespace gs
