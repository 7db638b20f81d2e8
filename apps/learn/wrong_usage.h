// wrong_usage.h - words on the command line that mean nothing.
#pragma once
#include "kernels/common/check.h"

namespace gs::learn {

/// Ends the program with status 2.
struct WrongUsage : Error {
  using Error::Error;
};

}  // namespace gs::learn
