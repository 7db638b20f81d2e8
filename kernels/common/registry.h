// registry.h - all variants of one target, by op. A kernel file adds its own (registration.h), so a new one is picked
// up by itself; a device hands out the registry of its target.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/common/bf16.h"
#include "kernels/common/check.h"
#include "kernels/common/variant.h"

namespace gs {

/// An op's name and, if it is a template over the type of stored activations, that type: {"lrn forward", "bf16"}.
/// Strings and not std::type_info, since the registry of `cuda` is built inside a module that is loaded at run time.
using OpKey = std::pair<std::string_view, std::string_view>;

template <class Op>
constexpr OpKey op_key() {
  if constexpr (requires { typename Op::Stored; })
    return {Op::name, std::is_same_v<typename Op::Stored, bf16> ? "bf16" : "fp32"};
  else
    return {Op::name, ""};
}

class Registry {
 public:
  explicit Registry(Target target) : target_(target) {}
  /// The same variants under the name of another target.
  Registry(Target target, const Registry& variants) : target_(target), ladders_(variants.ladders_) {}

  Target target() const { return target_; }

  /// Adds a variant if it is for this target. Throws gs::Error if the op has another of its name or rank.
  template <class Op>
  void add(const Variant<Op>& variant) {
    if (!(variant.targets & unsigned(target_))) return;
    std::shared_ptr<Ladder>& ladder = ladders_[op_key<Op>()];
    if (!ladder) ladder = std::make_shared<LadderOf<Op>>();
    std::vector<Variant<Op>>& rows = static_cast<LadderOf<Op>&>(*ladder).rows;
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.rank >= variant.rank; });
    for (const Variant<Op>& row : rows)
      require(row.name != variant.name && row.rank != variant.rank,
              std::string(Op::name) + ": two variants of one name or rank: " + std::string(row.name) + " and " +
                  std::string(variant.name));
    rows.insert(at, variant);
  }

  /// The variants of an op from the lowest rank up; none if the target has none.
  template <class Op>
  std::span<const Variant<Op>> variants() const {
    const auto found = ladders_.find(op_key<Op>());
    if (found == ladders_.end()) return {};
    return static_cast<const LadderOf<Op>&>(*found->second).rows;
  }

  /// The variant called `name`. Throws gs::Error if there is none.
  template <class Op>
  const Variant<Op>& variant(std::string_view name) const {
    for (const Variant<Op>& row : variants<Op>())
      if (row.name == name) return row;
    throw Error(std::string(Op::name) + ": no variant '" + std::string(name) + "'");
  }

  /// The variant of the highest rank. Throws gs::Error if the target has none.
  template <class Op>
  const Variant<Op>& highest() const {
    const auto rows = variants<Op>();
    require(!rows.empty(), std::string(Op::name) + ": no variant on " + std::string(name_of(target_)));
    return rows.back();
  }

  /// What there is, for tests that look at every op.
  std::vector<OpKey> ops() const {
    std::vector<OpKey> keys;
    for (const auto& [key, ladder] : ladders_) keys.push_back(key);
    return keys;
  }

 private:
  struct Ladder {
    virtual ~Ladder() = default;
  };
  template <class Op>
  struct LadderOf : Ladder {
    std::vector<Variant<Op>> rows;
  };

  Target target_;
  std::map<OpKey, std::shared_ptr<Ladder>> ladders_;
};

// One registry per target; kernels/registry.cu defines the one of its target.
namespace cuda {
Registry& registry();
}
namespace host {
Registry& registry();
}
namespace sim {
Registry& registry();
}

}  // namespace gs
