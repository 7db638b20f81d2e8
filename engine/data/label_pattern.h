// label_pattern.h - the class of a picture by a word in its file's name.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs {

/// Index of the pattern that `name` contains. An occurrence within that of a longer pattern does not count: the name
/// abnormal_1.png is of `abnormal`, not of `normal`. Throws UsageError that names `file` if none or more than one is
/// left.
std::int32_t label_by_pattern(const std::string& name, const std::vector<std::string>& patterns,
                              const std::string& file);

}  // namespace gs
