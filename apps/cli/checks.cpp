// checks.cpp - parsing numbers strictly: the whole text must be the number.
#include "apps/cli/checks.h"

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gs::apps {
namespace {

template <class Number>
std::optional<Number> parse(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

/// A number that is finite, also as the float that the engine computes with.
template <class Allowed>
Check number(std::string wanted, Allowed allowed) {
  const auto check = [wanted, allowed](const std::string& text) {
    const auto value = parse<double>(text);
    if (value && std::isfinite(float(*value)) && allowed(*value)) return std::string();
    return fmt::format("must be a number {}, not '{}'", wanted, text);
  };
  return check;
}

}  // namespace

Check whole_number(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](const std::string& text) {
    const auto value = parse<std::int64_t>(text);
    if (value && *value >= least && *value <= most) return std::string();
    const bool open = most == INT32_MAX && (!value || *value <= most);
    return open ? fmt::format("must be a whole number of at least {}, not '{}'", least, text)
                : fmt::format("must be a whole number from {} to {}, not '{}'", least, most, text);
  };
  return check;
}

Check seed_number() {
  const auto check = [](const std::string& text) {
    if (parse<std::uint64_t>(text)) return std::string();
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

Check some_text() {
  return [](const std::string& text) { return text.empty() ? std::string("must not be empty") : std::string(); };
}

}  // namespace gs::apps
