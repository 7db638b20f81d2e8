// accesses.h - the accesses of a finding as a field of the record.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/explanation.h"

namespace gs::textbook {

/// A line for each; values with tabs between, the names last.
std::string text_of(const std::vector<simulator::InvolvedAccess>&);
std::vector<simulator::InvolvedAccess> accesses_of(const std::string& text);

}  // namespace gs::textbook
