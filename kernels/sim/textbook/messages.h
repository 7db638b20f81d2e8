// messages.h - explanations on the terminal: the place, what happened, the source line, what to do.
#pragma once
#include <string>
#include <string_view>

#include "kernels/sim/explanation.h"

namespace gs::textbook {

/// Several lines, in the form of a compiler's message, so that editors jump to the place:
///
///     vec.cu:3:24: error: thread 232 of block 3 reads a[1000], but a has 1,000 elements  [M03]
///         3 |   if (i <= n) out[i] = a[i] + 10;
///           |                        ^~~~
///       The grid has 1,024 threads for 1,000 elements.
///       Threads with nothing to do must do nothing: if (i < n)
std::string text_of(const simulator::Explanation&, const std::string& severity = "error");

/// The column in the source line that the message points at, from 1; 0: it points at none.
std::size_t column_of(const simulator::Explanation&);

/// Lines of at most 100 columns, each two columns in.
std::string indented(std::string_view text);

/// A path as the user would write it from here.
std::string path_from_here(const std::string& path);

}  // namespace gs::textbook
