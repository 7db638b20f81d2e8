// counted_instructions.h - instructions of a profile on ptx in a profile that was measured on a GPU: profile
// --instructions.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// Copies the instructions and the bounds of the ops that ran the same implementation; a note says how many did not.
/// `file`: where `counted` is from. Throws UsageError if it counts no instructions, or another step's.
void add_instructions(Profile& measured, const Profile& counted, const std::string& file);

}  // namespace gs::apps
