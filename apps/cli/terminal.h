// terminal.h - properties of standard output: width, whether lines can be redrawn, colours, the glyphs of a bar.
#pragma once
#include <cstdio>
#include <string>

namespace gs::apps {

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
