// seconds_since.h - elapsed time on the monotonic clock.
#pragma once
#include <chrono>

namespace gs {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace gs
