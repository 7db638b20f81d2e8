// kernels_text.cpp - the names of the kernels, joined.
#include "apps/profile/kernels_text.h"

#include <fmt/format.h>

namespace gs::apps {

std::string kernels_text(const OpProfile& op) {
  std::string text;
  for (const ProfiledKernel& kernel : op.kernels) {
    if (!text.empty()) text += " + ";
    text += kernel.launches > 1 ? fmt::format("{} x{}", kernel.name, kernel.launches) : kernel.name;
  }
  return text;
}

}  // namespace gs::apps
