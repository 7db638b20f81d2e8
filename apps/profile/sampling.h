// sampling.h - samples a subject's steps into a profile.
#pragma once
#include "apps/profile/subject.h"
#include "engine/profile/profiler.h"

namespace gs::apps {

/// Measures request.steps steps. On `sim` one step is counted: every step has the same counts.
Profile profile_of(Subject&, const ProfileRequest&);

/// Adds the network, the base width and the tuner's measurements, which the engine does not know.
void complete(Profile&, const std::string& model, int base, const Program&);

}  // namespace gs::apps
