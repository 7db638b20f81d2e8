// agree.h - before the first step: do all ranks train the same?
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/ranks/ranks.h"

namespace gs {

/// Names and values of what must be the same on all ranks.
using RankFacts = std::vector<std::pair<std::string, std::string>>;

/// A collective. Throws gs::Error on rank 0 that names the first rank that differs, its host and the fact; the other
/// ranks go on, and fail with rank 0. A fact that only one of them has differs, too.
void check_agreement(Ranks&, const RankFacts&);

}  // namespace gs
