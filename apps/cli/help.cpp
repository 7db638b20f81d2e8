// help.cpp - lays the flags of a CLI11 application out in two columns.
#include "apps/cli/help.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace gs::apps {
namespace {

constexpr int help_column = 30;

std::string flag_words(const CLI::Option& option) {
  std::string words;
  for (const std::string& name : option.get_snames()) words += "-" + name + ", ";
  for (const std::string& name : option.get_lnames()) words += "--" + name + ", ";
  words.resize(words.size() - 2);
  const bool has_value = option.get_items_expected_max() > 0 && option.get_type_size() != 0;
  return has_value ? words + " " + option.get_type_name() : words;
}

std::string flag_lines(const CLI::Option& option, int width) {
  std::string words = "  " + flag_words(option);
  std::string text = option.get_description();
  if (!option.get_default_str().empty()) text += fmt::format(" [{}]", option.get_default_str());
  if (int(words.size()) + 2 > help_column)
    words += "\n" + std::string(help_column, ' ');
  else
    words.resize(help_column, ' ');
  return words + wrapped(text, width - help_column, help_column) + "\n";
}

}  // namespace

std::string wrapped(const std::string& text, int width, int indent) {
  std::istringstream words(text);
  std::string out, word;
  int column = 0;
  while (words >> word) {
    if (column > 0 && column + 1 + int(word.size()) > width) {
      out += "\n" + std::string(std::size_t(indent), ' ');
      column = 0;
    }
    if (column > 0) out += ' ', ++column;
    out += word;
    column += int(word.size());
  }
  return out;
}

std::string help_page(const CLI::App& app, const std::string& usage, const std::string& epilogue, int width) {
  width = std::max(width, help_column + 20);
  std::string page = fmt::format("usage: gridstride {}\n\n{}\n", usage, wrapped(app.get_description(), width));
  std::vector<std::string> sections;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty() && option->get_group() != "Help" &&
        std::find(sections.begin(), sections.end(), option->get_group()) == sections.end())
      sections.push_back(option->get_group());
  sections.push_back("Help");
  for (const std::string& section : sections) {
    page += "\n" + section + "\n";
    for (const CLI::Option* option : app.get_options())
      if (option->get_group() == section) page += flag_lines(*option, width);
  }
  return epilogue.empty() ? page : page + "\n" + epilogue;
}

}  // namespace gs::apps
