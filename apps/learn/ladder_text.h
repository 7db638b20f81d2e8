// ladder_text.h - what `gridstride ladder` prints.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/climbed.h"

namespace gs::learn {

/// All ladders and their rungs, a line each.
std::string list_of_ladders();

/// The head of the table, one row of it, and what its columns mean.
std::string table_head(const Ladder&, const Rung& first, const textbook::Gpu&);
std::string table_row(const Climbed&, const textbook::Gpu&);
std::string table_foot(const Ladder&, const textbook::Gpu&);

/// The rung's name, its idea and its story.
std::string story_of(const Rung&);
/// The counts, a line each, and the bounds of the GPU.
std::string counts_of(const Climbed& rung, const textbook::Gpu&);
/// The counts that differ, a line each: both, and their quotient.
std::string moved_counts(const Climbed& from, const Climbed& to);

}  // namespace gs::learn
