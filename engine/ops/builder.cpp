// builder.cpp - the one message of a choice that cannot be kept.
#include "engine/ops/builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"

namespace gs {

void Builder::throw_unavailable(const std::string& step, const std::string& wanted, std::vector<std::string> own,
                                const std::vector<std::string>& library) const {
  own.insert(own.end(), library.begin(), library.end());
  throw UsageError(fmt::format("--impl: {}: no implementation '{}' on {}; there are: {}", step, wanted, device_.name(),
                               fmt::join(own, ", ")));
}

}  // namespace gs
