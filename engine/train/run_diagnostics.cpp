// run_diagnostics.cpp - the rules and their thresholds.
#include "engine/train/run_diagnostics.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/quantile.h"

namespace gs {
namespace {

// Ratio of update to weight; about 1e-3 is healthy (Karpathy, CS231n notes, "ratio of weights:updates").
constexpr double too_high = 0.05, too_low = 3e-6;
constexpr double many_silent = 0.75;

bool is_weight(const std::string& parameter) {
  return parameter.ends_with(".weight");
}

}  // namespace

std::string RunDiagnostics::add(const Diagnosis& diagnosis) {
  last_.push_back(diagnosis);
  if (last_.size() > memory) last_.erase(last_.begin());
  if (said_ || dead_layer().empty()) return "";
  said_ = true;
  return fmt::format(
      "{}: all of its ReLUs are silent on the last {} diagnostic batches. No gradient gets below it any more; stop, "
      "and try another --seed, a wider --base or a lower --lr",
      dead_layer(), memory);
}

std::vector<RunDiagnostics::SilentShare> RunDiagnostics::silent_shares() const {
  std::vector<SilentShare> shares;
  if (last_.size() < memory) return shares;
  for (std::size_t l = 0; l < last_[0].layers.size(); ++l) {
    const LayerDiagnosis& layer = last_[0].layers[l];
    if (!layer.relu) continue;
    SilentShare share{layer.layer, 0, layer.channels.size()};
    for (std::size_t c = 0; c < layer.channels.size(); ++c)
      share.silent += std::all_of(last_.begin(), last_.end(),
                                  [&](const Diagnosis& d) { return d.layers[l].channels[c].positive == 0; });
    shares.push_back(share);
  }
  return shares;
}

std::string RunDiagnostics::dead_layer() const {
  for (const SilentShare& share : silent_shares())
    if (share.silent == share.channels) return share.layer;
  return "";
}

/// Largest over the weights of the median ratio of update to weight.
double RunDiagnostics::largest_ratio(std::string* parameter) const {
  double largest = 0;
  for (std::size_t p = 0; p < last_.front().parameters.size(); ++p) {
    if (!is_weight(last_.front().parameters[p].parameter)) continue;
    std::vector<double> ratios;
    for (const Diagnosis& d : last_) ratios.push_back(d.parameters[p].update_to_weight());
    const double ratio = median(ratios);
    if (ratio >= largest) largest = ratio, *parameter = last_.front().parameters[p].parameter;
  }
  return largest;
}

std::vector<std::string> RunDiagnostics::findings() const {
  std::vector<std::string> found;
  if (last_.empty()) return found;
  for (const SilentShare& share : silent_shares()) {
    if (share.silent == share.channels)
      found.push_back(fmt::format(
          "Dead: all {} ReLUs of {} were silent on the last {} diagnostic batches, so no gradient gets below it; "
          "another --seed, a wider --base or a lower --lr may avoid it.",
          share.channels, share.layer, memory));
    else if (double(share.silent) > many_silent * double(share.channels))
      found.push_back(fmt::format("Of the {} ReLUs of {}, {} were silent on the last {} diagnostic batches.",
                                  share.channels, share.layer, share.silent, memory));
  }
  std::string parameter;
  const double ratio = largest_ratio(&parameter);
  if (ratio > too_high)
    found.push_back(fmt::format(
        "An update changes {} by {:.1f} % of its size (about 0.1 % is usual): a lower --lr would be calmer.", parameter,
        100 * ratio));
  else if (ratio < too_low && dead_layer().empty())
    found.push_back(fmt::format(
        "An update changes no layer's weights by more than {:.1g} of their size (about 1e-3 is usual): a higher --lr "
        "would learn faster.",
        ratio));
  return found;
}

}  // namespace gs
