// printable.h - text from a file, as a terminal may show it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gs {

/// The text, with each byte of a control character or of invalid UTF-8 as \x1b. A class name, a file name or a field of
/// run.json can then neither move the cursor nor break a line.
std::string printable(std::string_view text);

/// The first `most` names, printable, and how many more there are: "a, b, c, and 7 more". "(no name)" for an empty one,
/// "none" without names.
std::string first_names(const std::vector<std::string>& names, std::size_t most);

/// The bytes that printable() showed: \x and two hexadecimal digits become a byte.
std::string from_printable(std::string_view text);

}  // namespace gs
