// arguments.cpp - CLI11's exceptions as one-line errors, and leftovers as suggestions.
#include "apps/cli/arguments.h"

#include <sstream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "apps/cli/help.h"
#include "apps/cli/terminal.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/nearest.h"
#include "engine/core/text_encoding.h"

namespace gs::apps {
namespace {

/// "did you mean '--batch'?", else a pointer to --help.
std::string hint(const std::string& typed, const std::vector<std::string>& names) {
  const std::string near = nearest_name(typed, names);
  return near.empty() ? "see --help" : fmt::format("did you mean '{}'?", near);
}

/// CLI11's reader of TOML, which also refuses keys that are not flags.
class CheckedToml : public CLI::ConfigTOML {
 public:
  explicit CheckedToml(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    if (input.peek() == std::char_traits<char>::to_int_type(utf8_mark[0])) input.ignore(utf8_mark.size());
    std::vector<CLI::ConfigItem> items = CLI::ConfigTOML::from_config(input);
    for (const CLI::ConfigItem& item : items) {
      if (item.name == "++" || item.name == "--")
        throw UsageError("--config: write the flags without sections, as in 'batch = 8'");
      if (std::find(keys_.begin(), keys_.end(), item.name) == keys_.end())
        throw UsageError(fmt::format("--config: unknown key '{:.40}': {}", item.fullname(), hint(item.name, keys_)));
    }
    return items;
  }

 private:
  std::vector<std::string> keys_;
};

/// One line of ours; CLI11's text serves only to find the flag.
std::string message_of(const CLI::ParseError& error) {
  const std::string text = error.what();
  const auto dashes = text.find("--");
  const std::string flag =  // without dashes: MODEL, as a word and as --model
      dashes == std::string::npos ? "the network" : text.substr(dashes, text.find_first_of(": =", dashes) - dashes);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
    return flag + (text.find("At Most") != std::string::npos ? " is given more than once" : " needs a value");
  if (dynamic_cast<const CLI::ConversionError*>(&error))  // values are checked before: only flags without one are left
    return flag + " takes no value (in a file: true or false)";
  // "--batch: must be ..." -> "--batch must be ..."
  const auto check = text.find(": must");
  return check == std::string::npos ? flag + " cannot be read; see --help" : std::string(text).erase(check, 1);
}

/// CLI11 passes over a line without a key.
void check_lines(const std::string& file, const std::string& text) {
  if (is_utf16(text)) throw UsageError(fmt::format("--config: {} is UTF-16; save it as UTF-8", file));
  std::istringstream in{std::string(without_utf8_mark(text))};
  std::string line;
  for (int number = 1; std::getline(in, line); ++number)
    if (const auto at = line.find_first_not_of(" \t"); at != line.npos && line[at] == '=')
      throw UsageError(
          fmt::format("--config: {}, line {}: there is no key before '='; a line is KEY = VALUE, as in "
                      "batch = 8",
                      file, number));
}

/// CLI11 opens the file by itself, would wait for a pipe's writer and take any size.
void check_config(const Words& words) {
  constexpr std::string_view flag = "--config";
  constexpr std::uint64_t largest = 1 << 20;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--") return;
    std::string file;
    if (word == flag && i + 1 < words.size())
      file = words[i + 1];
    else if (word.starts_with("--config="))
      file = word.substr(flag.size() + 1);
    else
      continue;
    check_is_file("--config", file);
    try {
      check_lines(file, read_text(file, largest));
    } catch (const UsageError&) {
      throw;
    } catch (const Error& error) {
      throw UsageError(fmt::format("--config: {}", error.what()));
    }
  }
}

}  // namespace

Arguments::Arguments(std::string usage, std::string about)
    : app_(std::make_unique<CLI::App>(std::move(about))), usage_(std::move(usage)) {
  app_->set_help_flag("-h,--help", "print this page")->group("Help");
  app_->allow_extras();
}

Arguments::Arguments(Arguments&&) noexcept = default;
Arguments::~Arguments() = default;

Flag Flag::default_str(const std::string& text) {
  option_->default_str(text);
  return *this;
}
Flag Flag::separated_by_commas() {
  option_->delimiter(',');
  return *this;
}
Flag Flag::repeatable() {
  option_->expected(1, -1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return *this;
}

Flag Arguments::value(const std::string& names, Variable variable, const std::string& help, const Check& check,
                      const std::string& word) {
  CLI::Option* option = std::visit(
      [&]<class T>(T* pointer) {
        CLI::Option* added = app_->add_option(names, *pointer, help);
        if constexpr (requires { std::to_string(*pointer); } || std::is_same_v<T, std::string>)
          added->capture_default_str();
        return added;
      },
      variable.pointer);
  return Flag(option->check(CLI::Validator(check, ""))->group(section_)->type_name(word));
}

Flag Arguments::value(const std::string& names, std::function<void(const std::string&)> set, const std::string& help,
                      const Check& check, const std::string& word) {
  CLI::Option* option = app_->add_option_function<std::string>(names, set, help);
  return Flag(option->check(CLI::Validator(check, ""))->group(section_)->type_name(word));
}

Flag Arguments::choice(const std::string& names, Variable variable, const std::string& help,
                       const std::vector<std::string>& words) {
  return value(names, variable, help, one_of(words), CLI::detail::join(words, "|"));
}

void Arguments::positional(const std::string& name, Variable variable) {
  std::visit([&](auto* pointer) { app_->add_option(name, *pointer)->group(""); }, variable.pointer);
}

Flag Arguments::flag(const std::string& name, bool& variable, const std::string& help) {
  return Flag(app_->add_flag(name, variable, help)->group(section_));
}

bool Arguments::given(const std::string& flag) const {
  return app_->get_option(flag)->count() > 0;
}

std::vector<std::string> Arguments::flag_names() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

void Arguments::allow_config() {
  app_->set_config("--config", "", "read flags from a TOML file, one a line: batch = 8")
      ->group(section_)
      ->type_name("FILE");
  std::vector<std::string> keys;
  for (const std::string& name : flag_names())
    if (name != "--help" && name != "--config") keys.push_back(name.substr(2));
  app_->config_formatter(std::make_shared<CheckedToml>(keys));
}

void Arguments::refuse_leftovers() const {
  for (const std::string& word : app_->remaining()) {
    if (word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    if (name.size() > 1 && name[0] == '-') {
      if (const auto now = renamed_.find(name); now != renamed_.end())
        throw UsageError(fmt::format("{} is now called {}", name, now->second));
      throw UsageError(fmt::format("unknown flag '{}': {}", name, hint(name, flag_names())));
    }
    throw UsageError(fmt::format("unexpected '{}': usage: gridstride {}", word, usage_));
  }
}

bool Arguments::parse(const Words& words) {
  if (app_->get_config_ptr()) check_config(words);
  try {
    app_->parse(Words(words.rbegin(), words.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    print_text(help(std::min(100, terminal_width(stdout))));
    return false;
  } catch (const CLI::ParseError& error) {
    refuse_leftovers();  // an unknown flag explains what else went wrong
    throw UsageError(message_of(error));
  }
  refuse_leftovers();
  return true;
}

std::map<std::string, std::string> Arguments::given_values() const {
  std::map<std::string, std::string> values;
  for (const CLI::Option* option : app_->get_options())
    if (option->count() > 0 && !option->get_lnames().empty() && option->get_configurable())
      values[option->get_lnames().front()] = CLI::detail::join(option->results(), ",");
  return values;
}

std::string Arguments::help(int width) const {
  return help_page(*app_, usage_, epilogue_, width);
}

}  // namespace gs::apps
