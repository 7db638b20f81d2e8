// registry.cpp - the parts of the registry that are the same for every op.
#include "kernels/common/registry.h"

#include <algorithm>

#include "kernels/common/check.h"

namespace gs {
namespace {

std::string text(std::string_view op) {
  return std::string(op);
}

}  // namespace

void Registry::add(OpKey op, std::string_view type, VariantRow row) {
  const auto wants = [&](bool holds, std::string_view what) {
    require(holds, text(op.first) + ", variant '" + text(row.name) + "': " + text(what));
  };
  wants(!row.name.empty() && row.rank > 0, "a variant has a name and a rank from 1 up");
  wants(row.complete, "a function is missing");
  if (!(row.targets & unsigned(target_))) return;
  Ladder& ladder = ladders_.try_emplace(op, Ladder{type, {}}).first->second;
  wants(ladder.type == type, "two ops have this op's name");
  for (const VariantRow& other : ladder.rows)
    wants(other.name != row.name && other.rank != row.rank, "'" + text(other.name) + "' has the same name or rank");
  const auto next = std::ranges::find_if(ladder.rows, [&](const VariantRow& other) { return other.rank > row.rank; });
  ladder.rows.insert(next, std::move(row));
}

std::span<const VariantRow> Registry::rows(OpKey op) const {
  const auto found = ladders_.find(op);
  if (found == ladders_.end()) return {};
  return found->second.rows;
}

std::size_t Registry::place_of(OpKey op, std::string_view name) const {
  const auto all = rows(op);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return i;
  throw Error(text(op.first) + ": no variant '" + text(name) + "' on " + text(name_of(target_)));
}

std::size_t Registry::highest_place(OpKey op) const {
  const auto all = rows(op);
  require(!all.empty(), text(op.first) + ": no variant on " + text(name_of(target_)));
  return all.size() - 1;
}

std::map<OpKey, std::vector<VariantRow>> Registry::ops() const {
  std::map<OpKey, std::vector<VariantRow>> all;
  for (const auto& [op, ladder] : ladders_) all[op] = ladder.rows;
  return all;
}

}  // namespace gs
