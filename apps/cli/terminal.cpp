// terminal.cpp - asks the terminal and the environment.
#include "apps/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/parse_number.h"
#include "engine/core/printable.h"

namespace gs::apps {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The system's reason when standard output could not be written for the first time.
std::atomic<int> output_error = 0;

bool prints = true;

void note_output_error() {
  int none = 0;
  output_error.compare_exchange_strong(none, errno);
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

void set_printing(bool on) {
  prints = on;
}

void print_as_it_is(std::string_view text, std::FILE* stream) {
  if (!prints) return;
  if (std::fwrite(text.data(), 1, text.size(), stream) < text.size() && stream == stdout) note_output_error();
}

void flush_output() {
  if (std::fflush(stdout) != 0) note_output_error();
}

std::optional<std::string> lost_output() {
  flush_output();
  if (output_error == 0) return std::nullopt;
  return fmt::format("standard output could not be written: {}", std::strerror(output_error));
}

void print_text(std::string_view text, std::FILE* stream) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const bool ended = line.size() < text.size();
    print_as_it_is(printable(line) + (ended ? "\n" : ""), stream);
    text.remove_prefix(line.size() + ended);
  }
}

void print_now(std::string_view text) {
  print_text(text);
  flush_output();
}

void print_message(std::string_view message) {
  print_as_it_is(fmt::format("gridstride: {}\n", printable(message)), stderr);
}

int terminal_width(std::FILE* stream) {
  constexpr int least = 20, usual = 80, most = 10000;
  if (const auto columns = parse_number<int>(environment("COLUMNS")); columns && *columns > 0)
    return std::clamp(*columns, least, most);
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
  print_as_it_is(fmt::format("\r{}\x1b[K", line));  // back to the first column; the rest of an older line is erased
  flush_output();
  drawn_ = true;
}

void LiveLine::clear() {
  if (!drawn_) return;
  print_as_it_is("\r\x1b[K");
  flush_output();
  drawn_ = false;
}

}  // namespace gs::apps
