// plural.h - a count with its noun.
#pragma once
#include <string>

#include "engine/core/grouped.h"

namespace gs::apps {

/// "1 step", "1,200 steps".
inline std::string plural(std::int64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace gs::apps
