// terminal.h - properties of standard output: width, whether lines can be redrawn, colours, the glyphs of a bar.
// All that the program says is printed here; whatever may contain a name, by print_text() and print_message().
#pragma once
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace gs::apps {

/// Prints without changing a byte: JSON, colours. None of these functions throws if a full disk or a closed terminal
/// does not take the text: a run goes on without it, and lost_output() tells in the end.
void print_as_it_is(std::string_view text, std::FILE* stream = stdout);

/// Shows now what has been printed on standard output.
void flush_output();

/// Says why standard output could not be written, if some of it could not.
std::optional<std::string> lost_output();

/// Prints text in which control characters but newlines, and bytes that are not UTF-8, are shown as \x1b.
void print_text(std::string_view text, std::FILE* stream = stdout);

/// print_text() on standard output and flush_output(): a line on which hours of silence may follow.
void print_now(std::string_view text);

/// Prints one line on standard error, "gridstride: " and the message, in which newlines are shown, too.
void print_message(std::string_view message);

/// False: from now on this process prints nothing; another one of the same run speaks for it.
void set_printing(bool);

/// COLUMNS if it is set, else the columns of the terminal behind `stream`, else 80.
int terminal_width(std::FILE* stream);

/// Drawing options. Plain output (a file, a pipe, TERM=dumb) gets finished lines only.
struct Style {
  bool live = false;                    ///< lines may be redrawn in place
  bool colour = false;                  ///< off with NO_COLOR
  std::string full = "#", empty = ".";  ///< glyphs of a bar; one column each
};
Style detect_style(std::FILE* stream);

/// A line that is redrawn in place. Does nothing on plain output.
class LiveLine {
 public:
  explicit LiveLine(Style style) : style_(std::move(style)) {}
  ~LiveLine() { clear(); }
  void draw(const std::string& line);
  void clear();

 private:
  Style style_;
  bool drawn_ = false;
};

}  // namespace gs::apps
