// registry.h - all variants of one target, by op. A kernel file registers its own variants (registration.h); a device
// returns the registry of its target.
#pragma once
#include <cstddef>
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

/// A variant without the types of its op. The registry keeps rows of this one type: a container per op would be
/// instantiated, and compiled, in every kernel file.
struct VariantRow {
  std::string_view name;
  int rank;
  unsigned targets;
  Arithmetic arithmetic;
  bool complete;                        ///< no function is missing
  std::shared_ptr<const void> variant;  ///< the Variant<Op>
};

/// The variants of one op on one target, by ascending rank.
template <class Op>
class Variants {
 public:
  class Iterator {
   public:
    using value_type = Variant<Op>;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(const VariantRow* row = nullptr) : row_(row) {}
    const Variant<Op>& operator*() const { return *static_cast<const Variant<Op>*>(row_->variant.get()); }
    const Variant<Op>* operator->() const { return &**this; }
    Iterator& operator++() { return ++row_, *this; }
    Iterator operator++(int) { return Iterator(row_++); }
    bool operator==(const Iterator&) const = default;

   private:
    const VariantRow* row_;
  };

  explicit Variants(std::span<const VariantRow> rows) : rows_(rows) {}
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  Iterator begin() const { return Iterator(rows_.data()); }
  Iterator end() const { return Iterator(rows_.data() + rows_.size()); }
  const Variant<Op>& operator[](std::size_t i) const { return *Iterator(&rows_[i]); }

 private:
  std::span<const VariantRow> rows_;
};

class Registry {
 public:
  explicit Registry(Target target) : target_(target) {}
  /// A copy for another target.
  Registry(Target target, const Registry& from) : target_(target), ladders_(from.ladders_) {}

  Target target() const { return target_; }

  /// Adds a variant if it is for this target. Throws gs::Error if the variant is incomplete, if the op already has a
  /// variant of this name or rank, or if another op has this op's name.
  template <class Op>
  void add(const Variant<Op>& variant) {
    const bool complete = variant.launch && variant.supports && variant.workspace_bytes && variant.counter_bytes;
    add(op_key<Op>(), typeid(Op).name(),
        {variant.name, variant.rank, variant.targets, variant.arithmetic, complete,
         std::shared_ptr<const void>(new Variant<Op>(variant))});
  }

  /// The variants of an op by ascending rank; may be empty.
  template <class Op>
  Variants<Op> variants() const {
    return Variants<Op>(rows(op_key<Op>()));
  }

  /// The variant called `name`. Throws gs::Error if there is none.
  template <class Op>
  const Variant<Op>& variant(std::string_view name) const {
    return variants<Op>()[place_of(op_key<Op>(), name)];
  }

  /// The variant of the highest rank. Throws gs::Error if the target has none.
  template <class Op>
  const Variant<Op>& highest() const {
    return variants<Op>()[highest_place(op_key<Op>())];
  }

  /// Every op with its variants by ascending rank.
  std::map<OpKey, std::vector<VariantRow>> ops() const;

 private:
  /// The rows of an op, and the mangled name of its type.
  struct Ladder {
    std::string_view type;
    std::vector<VariantRow> rows;
  };

  void add(OpKey, std::string_view type, VariantRow);
  std::span<const VariantRow> rows(OpKey) const;
  std::size_t place_of(OpKey, std::string_view name) const;
  std::size_t highest_place(OpKey) const;

  Target target_;
  std::map<OpKey, Ladder> ladders_;
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
