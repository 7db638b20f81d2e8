// seconds_since.h - time that has passed on the clock that is never set.
#pragma once
#include <chrono>

namespace gs {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace gs
