// registry.h - all variants of one target, by op. A kernel file registers its own variants (registration.h); a device
// returns the registry of its target.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "kernels/common/bf16.h"
#include "kernels/common/check.h"
#include "kernels/common/variant.h"

namespace gs {

/// An op's name and, if it is a template over the type of stored activations, that type: {"lrn forward", "bf16"}.
/// Strings, not std::type_info: the registry of `cuda` is built inside a module that is loaded at run time.
using OpKey = std::pair<std::string_view, std::string_view>;

template <class Op>
constexpr OpKey op_key() {
  if constexpr (requires { typename Op::Stored; })
    return {Op::name, std::is_same_v<typename Op::Stored, bf16> ? "bf16" : "fp32"};
  else
    return {Op::name, ""};
}

/// The variants of one op on one target, by ascending rank.
template <class Op>
using Variants = std::span<const Variant<Op>>;

/// A variant without the types of its op, for tests and tables that list every op.
struct VariantFacts {
  std::string_view name;
  unsigned targets;
  Arithmetic arithmetic;
};

class Registry {
 public:
  explicit Registry(Target target) : target_(target) {}
  /// A copy for another target.
  Registry(Target target, const Registry& from) : target_(target) {
    for (const auto& [key, ladder] : from.ladders_) ladders_[key] = ladder->copy();
  }

  Target target() const { return target_; }

  /// Adds a variant if it is for this target. Throws gs::Error if the variant is incomplete, if the op already has a
  /// variant of this name or rank, or if another op has this op's name.
  template <class Op>
  void add(const Variant<Op>& variant) {
    const auto wants = [&](bool holds, std::string_view what) {
      require(holds, std::string(Op::name) + ", variant '" + std::string(variant.name) + "': " + std::string(what));
    };
    wants(!variant.name.empty() && variant.rank > 0, "a variant has a name and a rank from 1 up");
    wants(variant.launch && variant.supports && variant.workspace_bytes, "a function is missing");
    if (!(variant.targets & unsigned(target_))) return;
    std::unique_ptr<Ladder>& ladder = ladders_[op_key<Op>()];
    if (!ladder) ladder = std::make_unique<LadderOf<Op>>();
    wants(ladder->type() == typeid(Op).name(), "two ops have this op's name");
    std::vector<Variant<Op>>& rows = static_cast<LadderOf<Op>&>(*ladder).rows;
    for (const Variant<Op>& row : rows)
      wants(row.name != variant.name && row.rank != variant.rank,
            "'" + std::string(row.name) + "' has the same name or rank");
    rows.insert(std::find_if(rows.begin(), rows.end(), [&](const Variant<Op>& row) { return row.rank > variant.rank; }),
                variant);
  }

  /// The variants of an op by ascending rank; may be empty.
  template <class Op>
  Variants<Op> variants() const {
    const auto found = ladders_.find(op_key<Op>());
    if (found == ladders_.end()) return {};
    return static_cast<const LadderOf<Op>&>(*found->second).rows;
  }

  /// The variant called `name`. Throws gs::Error if there is none.
  template <class Op>
  const Variant<Op>& variant(std::string_view name) const {
    for (const Variant<Op>& row : variants<Op>())
      if (row.name == name) return row;
    throw Error(std::string(Op::name) + ": no variant '" + std::string(name) + "' on " + std::string(name_of(target_)));
  }

  /// The variant of the highest rank. Throws gs::Error if the target has none.
  template <class Op>
  const Variant<Op>& highest() const {
    const auto rows = variants<Op>();
    require(!rows.empty(), std::string(Op::name) + ": no variant on " + std::string(name_of(target_)));
    return rows.back();
  }

  /// Every op with its variants by ascending rank.
  std::map<OpKey, std::vector<VariantFacts>> ops() const {
    std::map<OpKey, std::vector<VariantFacts>> all;
    for (const auto& [key, ladder] : ladders_) all[key] = ladder->facts();
    return all;
  }

 private:
  struct Ladder {
    virtual ~Ladder() = default;
    virtual std::string_view type() const = 0;
    virtual std::unique_ptr<Ladder> copy() const = 0;
    virtual std::vector<VariantFacts> facts() const = 0;
  };
  template <class Op>
  struct LadderOf : Ladder {
    std::vector<Variant<Op>> rows;

    std::string_view type() const override { return typeid(Op).name(); }
    std::unique_ptr<Ladder> copy() const override { return std::make_unique<LadderOf>(*this); }
    std::vector<VariantFacts> facts() const override {
      std::vector<VariantFacts> all;
      for (const Variant<Op>& row : rows) all.push_back({row.name, row.targets, row.arithmetic});
      return all;
    }
  };

  Target target_;
  std::map<OpKey, std::unique_ptr<Ladder>> ladders_;
};

// One registry per target; kernels/registry.cu defines that of the target being compiled.
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
