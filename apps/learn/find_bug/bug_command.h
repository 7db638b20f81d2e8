// bug_command.h - gridstride learn bugs, gridstride learn bug 3: what is wrong with this kernel?
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/learn/course/progress.h"
#include "apps/learn/find_bug/bug.h"

namespace gs::learn {

/// `words`: those after `learn`, of which the first is "bug" or "bugs". Returns the exit status.
int bug_command(const std::vector<std::string_view>& words);

/// A line for each story.
std::string list_of_bugs(const Progress&, const std::filesystem::path& set = bugs_folder());

/// A line that names the stories which need no more than this exercise; empty if none has waited for it.
std::string bugs_after(int exercise);

}  // namespace gs::learn
