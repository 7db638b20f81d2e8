// clock.cpp - a clock that counts how often it was read.
#include "kernels/sim/textbook/device_functions.h"

namespace gs::textbook::cuda_names {

long long clock64() {
  static long long steps = 0;
  return ++steps;
}

}  // namespace gs::textbook::cuda_names
