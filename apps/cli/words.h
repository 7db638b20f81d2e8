// words.h - a command line in words.
#pragma once
#include <string>
#include <vector>

namespace gs::apps {

/// The arguments of a command, without its name.
using Words = std::vector<std::string>;

}  // namespace gs::apps
