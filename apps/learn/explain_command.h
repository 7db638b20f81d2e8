// explain_command.h - gridstride explain M03: the page about a message.
#pragma once
#include <string_view>
#include <vector>

namespace gs::learn {

/// `words`: what follows `explain`. Returns the exit status; throws WrongUsage for a code that has no page.
int explain_command(const std::vector<std::string_view>& words);

}  // namespace gs::learn
