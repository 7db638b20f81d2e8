// form.h - what a learner's file must have before it is worth compiling.
#pragma once
#include <string>
#include <string_view>

#include "apps/learn/course/exercise.h"

namespace gs::learn {

/// The message about a file that cannot be judged: it has a main(), lacks the function that is called, or has a brace
/// without its partner, after which the compiler's messages would be about what stands behind the file. Empty: none.
std::string mistake_of_form(const Exercise&, const std::string& file, std::string_view source);

}  // namespace gs::learn
