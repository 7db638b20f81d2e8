// help.h - the help page of a command: flags in sections, wrapped to the width of the terminal.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace gs::apps {

std::string help_page(const CLI::App&, const std::string& usage, const std::string& epilogue, int width);

/// Breaks `text` at spaces so that no line is longer than `width`; lines after the first begin with `indent` spaces.
std::string wrapped(const std::string& text, int width, int indent = 0);

}  // namespace gs::apps
