// instruction_table.h - the instructions that nvcc's kernels executed, for the terminal.
#pragma once
#include <string>

#include "engine/profile/profile.h"

namespace gs::apps {

/// A row an op: warp instructions, their share of the step, multiply-adds per instruction, and the share of active
/// lanes; then the kinds of instruction and the source lines that the step executes most.
std::string instruction_table(const Profile&, int width);

}  // namespace gs::apps
