// test_workspace.h - the workspace of a variant under test, between guards.
#pragma once
#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/common/variant.h"
#include "tests/support/guarded_array.h"

namespace gs::test {

/// Full of NaN, but for the variant's counters, which are 0: once, or with counters before each launch, so that no sum
/// of an earlier launch is taken for one of this.
class TestWorkspace {
 public:
  template <class Op>
  TestWorkspace(const Variant<Op>& variant, const typename Op::Problem& problem)
      : fresh_(variant.workspace_bytes(problem), 0xFF), counters_(variant.counter_bytes(problem)) {
    std::fill_n(fresh_.begin(), counters_, std::uint8_t(0));
  }

  /// For the next launch.
  void* data() {
    if (memory_) {
      EXPECT_TRUE(intact());
    }
    if (!memory_ || counters_ > 0) memory_.emplace(fresh_);
    return memory_->data();
  }

  /// Fails if a byte outside has changed, or if a counter is not 0 again.
  ::testing::AssertionResult intact() const {
    if (!memory_) return ::testing::AssertionSuccess();
    if (const auto inside = memory_->intact(); !inside) return inside;
    const std::vector<std::uint8_t> bytes = memory_->values();
    for (std::size_t at = 0; at < counters_; ++at)
      if (bytes[at]) return ::testing::AssertionFailure() << "byte " << at << " of the counters is not 0";
    return ::testing::AssertionSuccess();
  }

 private:
  std::vector<std::uint8_t> fresh_;
  std::size_t counters_;
  std::optional<GuardedArray<std::uint8_t>> memory_;
};

}  // namespace gs::test
