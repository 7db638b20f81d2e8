// instruction_table.h - what nvcc's kernels executed, for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A row an op: warp instructions, their share of the step, multiply-adds for each of them, and how many lanes took
/// part; then the kinds of instruction and the source lines that the step executes most.
std::string instruction_table(const Profile&, int width);

}  // namespace gs::apps
