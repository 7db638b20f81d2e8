// nearest.h - "did you mean ...?" for names that a user typed.
#pragma once
#include <string>
#include <vector>

namespace gs {

/// How many letters must be inserted, deleted, replaced, or swapped with their neighbour, to turn `a` into `b` (Damerau
/// 1964; no letter is edited twice).
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The name nearest to what was typed, if at most a third of its letters differ; else an empty string.
std::string nearest_name(const std::string& typed, const std::vector<std::string>& names);

/// "did you mean 'lenet'?" where a name is near (at most a third of its letters differ), else "there are lenet,
/// alexnet".
std::string suggestion(const std::string& typed, const std::vector<std::string>& names);

}  // namespace gs
