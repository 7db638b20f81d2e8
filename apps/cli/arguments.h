// arguments.h - the flags of one command: CLI11, with one-line errors, suggestions, and a help page in sections.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/cli/checks.h"
#include "apps/cli/words.h"

namespace gs::apps {

class Arguments {
 public:
  /// `usage`: "train MODEL [flags]". `about`: what the command does.
  Arguments(std::string usage, std::string about);

  /// The flags that follow are listed under this title.
  void section(std::string title) { section_ = std::move(title); }

  /// A flag with a value; its present value is the default that help shows. `word` stands for the value in help.
  template <class T>
  CLI::Option* value(const std::string& names, T& variable, const std::string& help, const CLI::Validator& check,
                     const std::string& word) {
    CLI::Option* option = app_->add_option(names, variable, help)->check(check)->group(section_);
    if constexpr (requires { std::to_string(variable); } || std::is_same_v<T, std::string>)
      option->capture_default_str();
    return option->type_name(word);
  }
  /// A flag whose value is one of a few words.
  template <class T>
  CLI::Option* choice(const std::string& names, T& variable, const std::string& help,
                      const std::vector<std::string>& words) {
    return value(names, variable, help, one_of(words), CLI::detail::join(words, "|"));
  }
  CLI::Option* flag(const std::string& name, bool& variable, const std::string& help);

  /// Former name of a flag: an error names the present one.
  void renamed(const std::string& former, const std::string& present) { renamed_[former] = present; }

  /// Positional words, shown in the usage line only.
  template <class T>
  CLI::Option* positional(const std::string& name, T& variable) {
    return app_->add_option(name, variable)->group("");
  }

  /// Lets `--config FILE` set every flag by its name without the dashes: batch = 8.
  void allow_config();

  /// Appends lines to the help page.
  void epilogue(std::string text) { epilogue_ = std::move(text); }

  /// Parses; false if help was asked for and has been printed. Throws UsageError with one line.
  bool parse(const Words& words);

  bool given(const std::string& flag) const { return app_->get_option(flag)->count() > 0; }

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
