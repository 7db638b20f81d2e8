// expected.h - a function that a user's file must have.
#pragma once
#include <string>

#include <fmt/format.h>

#include "apps/kernel/kernel_file.h"
#include "engine/core/error.h"

namespace gs::apps {

/// `wanted`: the signatures that would do. Throws UsageError that names them and what the file has instead.
[[noreturn]] inline void refuse_signature(const KernelFile& file, const std::string& layer, const std::string& name,
                                          const std::string& wanted) {
  const std::string has = file.functions_called(name);
  throw UsageError(fmt::format("--kernel: for {} {} must define {}; {} (docs/your-kernel-trains.md)", layer,
                               file.path(), wanted, has.empty() ? "it has no function " + name : "it has " + has));
}

/// The function with these parameters, which the file must have.
template <class Function>
Function* expected(const KernelFile& file, const std::string& layer, const std::string& name,
                   const std::string& parameters) {
  if (Function* const function = file.function<Function>(name)) return function;
  refuse_signature(file, layer, name, "void " + name + "(" + parameters + ")");
}

}  // namespace gs::apps
