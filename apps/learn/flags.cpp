// flags.cpp - one word after another.
#include "apps/learn/flags.h"

#include <algorithm>

#include "apps/learn/wrong_usage.h"

namespace gs::learn {
namespace {

/// One of the words, taken apart.
struct GivenFlag {
  std::string name;
  bool has_value;          ///< behind a '='
  std::string_view value;  ///< that stands there
};

GivenFlag taken_apart(std::string_view word) {
  const auto equals = word.find('=');
  const bool has_value = equals != word.npos;
  return {std::string(word.substr(0, equals)), has_value, has_value ? word.substr(equals + 1) : ""};
}

void set_flag(const Flag& flag, std::string_view value) {
  if (!flag.set(value))
    throw WrongUsage(std::string(flag.name) + " " + (value.empty() ? "''" : std::string(value)) + " is not " +
                     flag.wanted);
}

}  // namespace

std::function<bool(std::string_view)> on(bool& flag) {
  return [&flag](std::string_view) { return flag = true; };
}

std::function<bool(std::string_view)> into(std::string& text) {
  return [&text](std::string_view value) {
    text = value;
    return !value.empty();
  };
}

GivenWords read_words(const CommandLine& line, const std::vector<std::string_view>& words) {
  GivenWords given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool may_be_flag = given.words.empty() || !line.flags_only_in_front;
    if (!may_be_flag || !words[i].starts_with('-')) {
      if (given.words.size() == line.most_words)
        throw WrongUsage(std::string(line.command) + " takes " + std::string(line.takes) + ", and not also " +
                         std::string(words[i]));
      given.words.emplace_back(words[i]);
      continue;
    }
    const GivenFlag word = taken_apart(words[i]);
    if (words[i] == "--help" || words[i] == "-h") {
      given.help = true;
      continue;
    }
    const auto flag =
        std::find_if(line.flags.begin(), line.flags.end(), [&](const Flag& f) { return f.name == word.name; });
    if (flag == line.flags.end()) throw WrongUsage(std::string(line.command) + " has no flag " + word.name);
    if (flag->value.empty() && word.has_value) throw WrongUsage(word.name + " has no value");
    const bool value_follows = !flag->value.empty() && !word.has_value;
    if (value_follows && (i + 1 == words.size() || words[i + 1].starts_with("--")))
      throw WrongUsage(word.name + " needs a value: " + word.name + " " + std::string(flag->value));
    set_flag(*flag, value_follows ? words[++i] : word.value);
  }
  return given;
}

std::string help_of(const std::vector<Flag>& flags) {
  constexpr std::size_t column = 18;
  std::string text;
  const auto add = [&](std::string line, std::string_view help) {
    for (; !help.empty(); line.clear()) {
      const auto end = std::min(help.find('\n'), help.size());
      line.resize(std::max(line.size(), column), ' ');
      text += line + std::string(help.substr(0, end)) + "\n";
      help.remove_prefix(std::min(end + 1, help.size()));
    }
  };
  for (const Flag& flag : flags)
    add("  " + std::string(flag.name) + (flag.value.empty() ? "" : " " + std::string(flag.value)), flag.help);
  add("  --help", "this text");
  return text;
}

}  // namespace gs::learn
