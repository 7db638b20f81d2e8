// grouped.h - numbers in messages: thousands separators, and the noun that is counted.
#pragma once
#include <cstdint>
#include <string>

namespace gs {

/// 4213249 -> "4,213,249"
inline std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  const int sign = value < 0 ? 1 : 0;
  for (int at = int(digits.size()) - 3; at > sign; at -= 3) digits.insert(std::size_t(at), ",");
  return digits;
}

/// "1 step", "1,200 steps".
inline std::string plural(std::int64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace gs
