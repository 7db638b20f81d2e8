// diagnosis.cpp - interprets a diagnosis.
#include "engine/program/diagnosis.h"

#include <cmath>

#include <fmt/format.h>

namespace gs {

double ParameterDiagnosis::update_to_weight() const {
  return sums.weight > 0 ? std::sqrt(sums.change / sums.weight) : 0;
}

std::string Diagnosis::first_broken() const {
  constexpr double limit = double(sound_limit) * double(sound_limit);  // for a sum of squares
  for (const LayerDiagnosis& layer : layers) {
    for (const ParameterDiagnosis& p : parameters)
      if (p.parameter.starts_with(layer.layer + ".") && !(p.sums.weight < limit))
        return fmt::format("{} before the step", p.parameter);
    std::uint64_t bad = 0;
    for (const ChannelActivity& channel : layer.channels) bad += channel.broken;
    if (bad > 0) return fmt::format("the output of {} ({} value{})", layer.layer, bad, bad == 1 ? "" : "s");
  }
  for (auto p = parameters.rbegin(); p != parameters.rend(); ++p)
    if (p->sums.not_finite > 0)
      return fmt::format("the gradient of {} ({:.0f} value{})", p->parameter, p->sums.not_finite,
                         p->sums.not_finite == 1 ? "" : "s");
  for (const ParameterDiagnosis& p : parameters)
    if (!(p.sums.change < limit)) return fmt::format("the updated {}", p.parameter);
  return "";
}

}  // namespace gs
