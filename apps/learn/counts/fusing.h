// fusing.h - in words, the difference between the requests that are written and those that the machine makes.
#pragma once
#include <string>

#include "kernels/sim/textbook/entry.h"

namespace gs::learn {

/// About an entry "line" of a counted_run(): a sentence for each kind of memory in which neighbouring accesses were
/// fused or split, joined by "; ". "" if there is none. `machine_code`: the fused counts come from machine code, not
/// from a guess.
std::string fusing_in_words(const textbook::Entry& line, bool machine_code);

}  // namespace gs::learn
