// record.h - what a learner's program tells the command that started it: findings and counts, one entry a line.
#pragma once
#include <string>

#include "kernels/sim/explanation.h"
#include "kernels/sim/textbook/entry.h"

namespace gs::textbook {

/// True if GRIDSTRIDE_RUN_RECORD names a file for the record. Then findings are written there, not on the terminal.
bool recording();

/// Appends an entry to the record of this program.
void record(const Entry&);

/// The entry of a finding: severity, code, file, line, column, what, facts (a line each), advice, and its whole text;
/// threads, a line each: the three indices of its block, its own, the source line, what it does; values, a line each:
/// "index=1000"; accesses, a line each (accesses.h).
Entry finding(const simulator::Explanation&, const std::string& severity);

}  // namespace gs::textbook
