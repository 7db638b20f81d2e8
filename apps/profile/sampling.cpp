// sampling.cpp - epochs over a subject's images until enough steps are sampled.
#include "apps/profile/sampling.h"

#include <algorithm>

#include "engine/profile/counts_profile.h"
#include "engine/profile/instructions_profile.h"

namespace gs::apps {

void complete(Profile& profile, const std::string& model, int base, const Program& program) {
  profile.model = model;
  profile.base = base;
  for (OpProfile& op : profile.ops) {
    const auto& tuned = program.tuned_calls();
    const auto found = std::find_if(tuned.begin(), tuned.end(), [&](const TunedCall& t) { return t.step == op.name; });
    if (found == tuned.end()) continue;
    for (const CandidateTime& time : found->result.times)
      if (time.refused.empty()) op.candidates.push_back({time.name, time.median_us});
  }
}

Profile profile_of(Subject& subject, const ProfileRequest& request) {
  BoundImages images(*subject.program, subject.images);
  const auto begin_epoch = [&] { return images.begin_epoch(); };
  const bool simulated = subject.device->name() == "sim";
  const bool interpreted = subject.device->name() == "cuda" && instruction_counter() != nullptr;
  Profile profile = simulated     ? count(*subject.program, begin_epoch)
                    : interpreted ? count_instructions(*subject.program, begin_epoch)
                                  : measure(*subject.program, request, begin_epoch);
  complete(profile, subject.model, subject.base, *subject.program);
  profile.run = subject.run;
  return profile;
}

}  // namespace gs::apps
