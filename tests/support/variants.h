// variants.h - runs a test over every variant of an op on every tested target.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "tests/support/test_workspace.h"
#include "tests/support/tested_targets.h"

namespace gs::test {

/// Calls body(launch), or body(launch, arithmetic) if it takes both, for every variant of the op that supports
/// `problem`, on every tested target; launch(arguments...) runs the variant with these outputs and inputs, a workspace
/// (test_workspace.h) and the tested stream. Fails if a target of `complete` has variants of the op but none that
/// supports the problem, or if a variant writes past its workspace.
template <class Op, class Body>
void for_each_variant(const typename Op::Problem& problem, Body&& body, unsigned complete = on_all) {
  for (const Registry* registry : tested_registries()) {
    if (registry->variants<Op>().empty()) continue;
    int fitting = 0;
    for (const Variant<Op>& row : registry->variants<Op>()) {
      if (!row.supports(problem)) continue;
      ++fitting;
      SCOPED_TRACE(std::string(name_of(registry->target())) + ", variant " + std::string(row.name));
      TestWorkspace workspace(row, problem);
      const auto launch = [&](auto... arguments) {
        row.launch(arguments..., problem, workspace.data(), tested_stream());
      };
      if constexpr (std::is_invocable_v<Body&, decltype(launch), Arithmetic>)
        body(launch, row.arithmetic);
      else if constexpr (std::is_invocable_v<Body&, decltype(launch), const Variant<Op>&>)
        body(launch, row);
      else
        body(launch);
      EXPECT_TRUE(workspace.intact()) << "the workspace";
    }
    const bool may_be_none = !(complete & unsigned(registry->target()));
    EXPECT_TRUE(fitting > 0 || may_be_none)
        << "no variant on " << name_of(registry->target()) << " supports this problem";
  }
}

}  // namespace gs::test
