// printable.h - text from a file, as a terminal may show it.
#pragma once
#include <string>
#include <string_view>

namespace gs {

/// The text, with each byte of a control character or of invalid UTF-8 as \x1b. A class name, a file name or a field of
/// run.json can then neither move the cursor nor break a line.
std::string printable(std::string_view text);

/// The bytes that printable() showed: \x and two hexadecimal digits become a byte.
std::string from_printable(std::string_view text);

}  // namespace gs
