// error.h - the two ways a command fails, beside gs::Error (a run that went wrong: exit status 1).
#pragma once
#include "kernels/common/check.h"

namespace gs {

/// The user asked for something that cannot be: one line that names the file, flag or field and what would be right.
/// Exit 2.
struct UsageError : Error {
  using Error::Error;
};

}  // namespace gs
