// given_kernels.h - implementations that a run brings along, each for one call of one layer: kernels of the user's own
// files. They go before every other choice.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "kernels/common/registry.h"

namespace gs {

template <class Op>
struct GivenKernel {
  std::string name;  ///< in the table of implementations: "pool.cu"
  std::function<typename Op::Launch> launch;
  /// Throws UsageError if the kernel does not fit the problem.
  std::function<void(const typename Op::Problem&)> check = [](const typename Op::Problem&) {};
};

class GivenKernels {
 public:
  /// The call of this name ("pool1 forward") is never joined to another, as if its implementation were fixed.
  void keep_apart(const std::string& call) { calls_.insert(call); }
  /// The call is also run by `kernel`.
  template <class Op>
  void add(const std::string& call, GivenKernel<Op> kernel) {
    keep_apart(call);
    kernels_[{call, op_key<Op>()}] = std::make_shared<const GivenKernel<Op>>(std::move(kernel));
  }

  const std::set<std::string>& calls() const { return calls_; }
  /// Null if there is none.
  template <class Op>
  const GivenKernel<Op>* find(const std::string& call) const {
    const auto found = kernels_.find({call, op_key<Op>()});
    return found == kernels_.end() ? nullptr : static_cast<const GivenKernel<Op>*>(found->second.get());
  }

 private:
  std::set<std::string> calls_;
  std::map<std::pair<std::string, OpKey>, std::shared_ptr<const void>> kernels_;
};

}  // namespace gs
