// terminal.cpp - asks the terminal and the environment.
#include "apps/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace gs::apps {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The first of these that is set decides, as in setlocale(3).
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

}  // namespace

int terminal_width(std::FILE* stream) {
  constexpr int least = 20, usual = 80;
  if (const int columns = std::atoi(std::string(environment("COLUMNS")).c_str()); columns > 0)
    return std::max(least, columns);
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::max<int>(least, size.ws_col);
  return usual;
}

Style detect_style(std::FILE* stream) {
  Style style;
  style.live = isatty(fileno(stream)) && environment("TERM") != "dumb";
  style.colour = style.live && environment("NO_COLOR").empty();
  if (locale_is_utf8()) style.full = "\u2501", style.empty = "\u2500";  // heavy and light horizontal lines
  return style;
}

void LiveLine::draw(const std::string& line) {
  if (!style_.live) return;
  fmt::print("\r{}\x1b[K", line);  // back to the first column; the rest of an older line is erased
  std::fflush(stdout);
  drawn_ = true;
}

void LiveLine::clear() {
  if (!drawn_) return;
  fmt::print("\r\x1b[K");
  std::fflush(stdout);
  drawn_ = false;
}

}  // namespace gs::apps
