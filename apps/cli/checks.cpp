// checks.cpp - parsing numbers strictly: the whole text must be the number.
#include "apps/cli/checks.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/parse_number.h"

namespace gs::apps {
namespace {

/// A number that is finite, also as the float that the engine computes with.
template <class Allowed>
Check number(std::string wanted, Allowed allowed) {
  const auto check = [wanted, allowed](const std::string& text) {
    const auto value = parse_number<double>(text);
    if (value && std::isfinite(float(*value)) && allowed(*value)) return std::string();
    return fmt::format("must be a number {}, not '{}'", wanted, text);
  };
  return check;
}

/// nullopt if it is not hours, minutes and seconds, in this order and each at most once: 3h30m.
std::optional<double> parse_time_span(const std::string& text) {
  constexpr std::pair<char, double> units[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
  constexpr double most = 1e9;  // 31 years; a clock counts nanoseconds in 64 bits
  double seconds = 0;
  std::size_t at = 0;
  for (const auto& [unit, length] : units) {
    const std::size_t end = text.find(unit, at);
    if (end == text.npos) continue;
    const auto number = parse_number<double>(text.substr(at, end - at));
    if (!number || !(*number >= 0)) return std::nullopt;
    seconds += *number * length;
    at = end + 1;
  }
  if (at == 0 || at != text.size() || !(seconds > 0 && seconds < most)) return std::nullopt;
  return seconds;
}

/// nullopt if it is neither a side nor height x width.
std::optional<ImageSize> parse_image_size(const std::string& text) {
  const std::size_t x = text.find('x');
  const auto height = parse_number<int>(text.substr(0, x));
  const auto width = x == text.npos ? height : parse_number<int>(text.substr(x + 1));
  const auto allowed = [](const std::optional<int>& side) { return side && *side >= 1 && *side <= largest_image_side; };
  return allowed(height) && allowed(width) ? std::optional(ImageSize(*height, *width)) : std::nullopt;
}

}  // namespace

Check whole_number(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](const std::string& text) {
    const auto value = parse_number<std::int64_t>(text);
    if (value && *value >= least && *value <= most) return std::string();
    const bool open = most == INT32_MAX && (!value || *value <= most);
    return open ? fmt::format("must be a whole number of at least {}, not '{}'", least, text)
                : fmt::format("must be a whole number from {} to {}, not '{}'", least, most, text);
  };
  return check;
}

Check seed_number() {
  const auto check = [](const std::string& text) {
    if (parse_number<std::uint64_t>(text)) return std::string();
    return fmt::format("must be a whole number from 0 to 18446744073709551615, not '{}'", text);
  };
  return check;
}

Check positive_number() {
  return number("above 0", [](double v) { return v > 0 && float(v) > 0; });
}

Check number_at_least_0() {
  return number("of at least 0", [](double v) { return v >= 0; });
}

Check number_in(double least, double below) {
  return number(fmt::format("from {:g} to below {:g}", least, below),
                [=](double v) { return v >= least && float(v) < float(below); });
}

Check number_inside(double above, double below) {
  return number(fmt::format("between {:g} and {:g}", above, below),
                [=](double v) { return float(v) > float(above) && float(v) < float(below); });
}

Check one_of(std::vector<std::string> words) {
  const auto check = [words](const std::string& text) {
    for (const std::string& word : words)
      if (word == text) return std::string();
    return fmt::format("must be one of {}, not '{}'", fmt::join(words, ", "), text);
  };
  return check;
}

Check time_span() {
  return [](const std::string& text) {
    return parse_time_span(text) ? std::string() : fmt::format("must be a time like 3h30m, 45m or 90s, not '{}'", text);
  };
}

Check image_size() {
  return [](const std::string& text) {
    return parse_image_size(text)
               ? std::string()
               : fmt::format("must be a whole number from 1 to {}, or height x width as in 96x128, not '{}'",
                             largest_image_side, text);
  };
}

ImageSize image_size_of(const std::string& text) {
  return parse_image_size(text).value();
}

double seconds_of(const std::string& text) {
  return parse_time_span(text).value();
}

Check some_text() {
  return [](const std::string& text) { return text.empty() ? std::string("must not be empty") : std::string(); };
}

}  // namespace gs::apps
