// recorded_run.h - runs a compiled program that keeps what it finds for this one.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/spawn.h"
#include "kernels/sim/textbook/entry.h"

namespace gs::learn {

struct RecordedRun {
  simulator::Ended ended;
  std::vector<textbook::Entry> entries;  ///< in the order in which the program recorded them
};

/// `program`: the file that compiled() made, and its words. Its findings come as entries and are not printed.
RecordedRun recorded_run(const std::vector<std::string>& program, simulator::Keep keep = simulator::Keep::nothing);

/// Whether a signal has ended the program; then says which, on standard error. `file`: as the user wrote it.
bool ended_by_signal(const std::string& file, const simulator::Ended&);

}  // namespace gs::learn
