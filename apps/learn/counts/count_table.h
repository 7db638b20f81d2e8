// count_table.h - the counts of a program as text.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/textbook/entry.h"

namespace gs::learn {

/// A table by source line for each kernel, and the notes about its lines. `entries`: of a counted_run().
std::string count_tables(const std::vector<textbook::Entry>& entries);

}  // namespace gs::learn
