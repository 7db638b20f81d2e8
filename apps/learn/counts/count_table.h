// count_table.h - the counts of a program as text.
#pragma once
#include <string>
#include <vector>

#include "kernels/sim/textbook/entry.h"
#include "kernels/sim/textbook/gpus.h"

namespace gs::learn {

/// For each kernel a table by source line, the bounds of a GPU, and the notes about its lines. `entries`: of a
/// counted_run().
std::string count_tables(const std::vector<textbook::Entry>& entries, const textbook::Gpu&);

}  // namespace gs::learn
