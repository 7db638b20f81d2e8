// compiler_messages.h - what the compiler says, for the reader of the file before it was rewritten.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// `text` without an error that was there before in the same line: a rewritten launch names its kernel three times.
std::string without_repetitions(std::string_view text);

}  // namespace gs::learn
