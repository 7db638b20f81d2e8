// terminal.h - what standard output is: its width, whether it can be redrawn, colours, and the glyphs of a bar.
#pragma once
#include <cstdio>
#include <string>

namespace gs::apps {

/// Columns of the terminal behind `stream`; COLUMNS where that is set; 80 where neither is known.
int terminal_width(std::FILE* stream);

/// How to draw. Plain output (a file, a pipe, TERM=dumb) gets finished lines only.
struct Style {
  bool live = false;                    ///< lines may be redrawn in place
  bool colour = false;                  ///< off with NO_COLOR
  std::string full = "#", empty = ".";  ///< of a bar; one column each
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
