// agree.cpp - rank 0 compares the facts of each rank with its own.
#include "engine/ranks/agree.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/error.h"

namespace gs {

namespace {

/// The value of a fact, or "none".
std::string value_of(const RankFacts& facts, const std::string& name) {
  for (const auto& [other, value] : facts)
    if (other == name) return value;
  return "none";
}

}  // namespace

void check_agreement(Ranks& ranks, const RankFacts& own) {
  const std::vector<std::string> all = ranks.gather(nlohmann::json(own).dump());
  for (int r = 1; r < int(all.size()); ++r) {
    const auto other = nlohmann::json::parse(all[std::size_t(r)]).get<RankFacts>();
    for (const RankFacts* facts : {&own, &other})
      for (const auto& [name, value] : *facts)
        if (value_of(own, name) != value_of(other, name))
          throw Error(fmt::format("rank {} on {} differs from rank 0 on {} in {}: {}, not {}", r, ranks.host(r),
                                  ranks.host(0), name, value_of(other, name), value_of(own, name)));
  }
}

}  // namespace gs
