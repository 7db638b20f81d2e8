// clock.cpp - clock64() of kernels (device_functions.h): it counts how often it was read.

namespace gs::textbook::cuda_names {

long long clock64() {
  static long long steps = 0;
  return ++steps;
}

}  // namespace gs::textbook::cuda_names
