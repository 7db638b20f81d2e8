// arguments.h - the flags of one command: CLI11, with one-line errors, suggestions, and a help page in sections. Only
// arguments.cpp and help.cpp include CLI11 itself, which costs seconds in each file that does.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "apps/cli/checks.h"
#include "apps/cli/words.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace gs::apps {

/// A flag that was just declared, to say more about it.
class Flag {
 public:
  explicit Flag(CLI::Option* option) : option_(option) {}
  Flag default_str(const std::string& text);  ///< the default that help shows
  Flag separated_by_commas();
  Flag repeatable();  ///< may be given several times, each with a value or more

 private:
  CLI::Option* option_;
};

/// The variable that a flag sets, of any type that flags have.
class Variable {
 public:
  template <class T>
  requires(!std::is_same_v<T, Variable>) Variable(T& variable) : pointer(&variable) {}
  const std::variant<int*, double*, std::uint64_t*, std::string*, std::vector<std::string>*, std::optional<int>*,
                     std::optional<double>*, std::optional<std::string>*>
      pointer;
};

class Arguments {
 public:
  /// `usage`: "train MODEL [flags]". `about`: what the command does.
  Arguments(std::string usage, std::string about);
  Arguments(Arguments&&) noexcept;
  ~Arguments();

  /// The flags that follow are listed under this title.
  void section(std::string title) { section_ = std::move(title); }

  /// A flag with a value; its present value is the default that help shows. `word` stands for the value in help.
  Flag value(const std::string& names, Variable, const std::string& help, const Check& check, const std::string& word);
  /// The same, for a value of another type: `set` gets the text, which has passed `check`.
  Flag value(const std::string& names, std::function<void(const std::string&)> set, const std::string& help,
             const Check& check, const std::string& word);
  /// A flag whose value is one of a few words.
  Flag choice(const std::string& names, Variable, const std::string& help, const std::vector<std::string>& words);
  Flag flag(const std::string& name, bool& variable, const std::string& help);

  /// Former name of a flag: an error names the present one.
  void renamed(const std::string& former, const std::string& present) { renamed_[former] = present; }

  /// Positional words, shown in the usage line only.
  void positional(const std::string& name, Variable);

  /// Lets `--config FILE` set every flag by its name without the dashes: batch = 8.
  void allow_config();

  /// Appends lines to the help page.
  void epilogue(std::string text) { epilogue_ = std::move(text); }

  /// Parses; false if help was asked for and has been printed. Throws UsageError with one line.
  bool parse(const Words& words);

  bool given(const std::string& flag) const;

  /// The flags that were given, on the command line or in a file: name without dashes -> value as text.
  std::map<std::string, std::string> given_values() const;

  std::string help(int width) const;

 private:
  void refuse_leftovers() const;
  std::vector<std::string> flag_names() const;

  std::unique_ptr<CLI::App> app_;
  std::string usage_, section_ = "flags", epilogue_;
  std::map<std::string, std::string> renamed_;  ///< former -> present name
};

}  // namespace gs::apps
