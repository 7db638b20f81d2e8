// nearest.h - "did you mean ...?" for names that a user typed.
#pragma once
#include <string>
#include <vector>

namespace gs {

/// Least number of insertions, deletions, replacements and swaps of neighbouring letters that turn `a` into `b`
/// (Damerau 1964; no letter is edited twice).
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The nearest name by edit_distance(), if that is at most a third of the longer name's length; else an empty string.
std::string nearest_name(const std::string& typed, const std::vector<std::string>& names);

/// "did you mean 'lenet'?" if nearest_name() finds one, else "expected one of lenet, alexnet".
std::string suggestion(const std::string& typed, const std::vector<std::string>& names);

}  // namespace gs
