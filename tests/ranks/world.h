// world.h - the ranks that run these tests together.
#pragma once
#include <gtest/gtest.h>

#include "engine/ranks/ranks.h"

namespace gs::test {

/// All of them: each test calls the same collectives on every rank.
Ranks& world();

}  // namespace gs::test
