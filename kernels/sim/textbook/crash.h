// crash.h - signals that end a learner's program: what was found until then is said, and the place.
#pragma once
#include <string>

namespace gs::textbook {

/// From now on a signal or an uncaught exception calls `say` with what happened, and the program ends with status 1.
/// `place`: "<folders>/vec.cu:12"; empty: unknown.
void explain_crashes(void (*say)(const std::string& what, const std::string& advice, const std::string& place));

}  // namespace gs::textbook
