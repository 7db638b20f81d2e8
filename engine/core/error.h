// error.h - UsageError: invalid input of the user, exit status 2. Other failures are gs::Error, exit status 1.
#pragma once
#include "kernels/common/check.h"

namespace gs {

/// Invalid input. The message is one line: the file, flag or field, the fault and the remedy.
struct UsageError : Error {
  using Error::Error;
};

}  // namespace gs
