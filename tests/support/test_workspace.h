// test_workspace.h - the workspace of a variant under test, between guards.
#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "kernels/common/counts_arrivals.h"
#include "kernels/common/variant.h"
#include "tests/support/guarded_array.h"

namespace gs::test {

/// Full of NaN, unless the op's variants count arrivals in it (kernels/common/last_block.h): then 0 before the first
/// launch. Before a further one all that is not 0, and so no counter, becomes NaN.
class TestWorkspace {
 public:
  template <class Op>
  TestWorkspace(const Variant<Op>& variant, const typename Op::Problem& problem)
      : counts_(counts_arrivals<Op>),
        memory_(std::in_place, std::vector<unsigned char>(variant.workspace_bytes(problem), counts_ ? 0 : 0xFF)) {}

  /// For the next launch.
  void* data() {
    if (counts_ && launched_) {
      EXPECT_TRUE(intact());
      memory_.emplace(with_nan(memory_->values()));
    }
    launched_ = true;
    return memory_->data();
  }

  /// Fails if a byte outside has changed.
  ::testing::AssertionResult intact() const { return memory_->intact(); }

 private:
  static std::vector<unsigned char> with_nan(std::vector<unsigned char> bytes) {
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      std::uint32_t word;
      std::memcpy(&word, &bytes[at], 4);
      if (word != 0) std::memset(&bytes[at], 0xFF, 4);
    }
    return bytes;
  }
  bool counts_, launched_ = false;
  std::optional<GuardedArray<unsigned char>> memory_;
};

}  // namespace gs::test
