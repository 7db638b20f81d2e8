// sampling.h - a subject's steps sampled, as a profile.
#pragma once
#include "apps/profile/subject.h"
#include "engine/profile/profiler.h"

namespace gs::apps {

/// Measures request.steps steps. On `sim`, whose counts are the same in every step, one step is counted.
Profile profile_of(Subject&, const ProfileRequest&);

/// What the engine does not know of a profile: the network and base width, and what the tuner measured.
void complete(Profile&, const std::string& model, int base, const Program&);

}  // namespace gs::apps
