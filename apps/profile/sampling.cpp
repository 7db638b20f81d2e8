// sampling.cpp - epochs over a subject's images until enough steps are sampled.
#include "apps/profile/sampling.h"

#include <algorithm>

namespace gs::apps {

void complete(Profile& profile, const std::string& name, int base, const Program& program) {
  profile.model = name;
  profile.base = base;
  for (OpProfile& op : profile.ops) {
    const auto& tuned = program.tuned_steps();
    const auto found = std::find_if(tuned.begin(), tuned.end(), [&](const TunedStep& t) { return t.step == op.name; });
    if (found == tuned.end()) continue;
    for (const CandidateTime& time : found->result.times)
      if (time.refused.empty()) op.candidates.push_back({time.name, time.median_us});
  }
}

Profile profile_of(Subject& subject, ProfileRequest request, bool steps_given) {
  BoundImages images(subject);
  Profile profile;
  if (subject.device->name() == "sim") {
    Profiler profiler(*subject.program, request);
    const int steps = steps_given ? request.steps : 1;
    for (int left = 0; profiler.sampled() < steps; --left) {
      if (left == 0) left = images.begin_epoch();
      profiler.sampled_step();
    }
    profile = profiler.profile();
  } else {
    profile = measure(*subject.program, request, [&] { return images.begin_epoch(); });
  }
  complete(profile, subject.name, subject.base, *subject.program);
  return profile;
}

}  // namespace gs::apps
