// learn_command.cpp - the flags of `gridstride learn`, and what needs no terminal.
#include "apps/learn/course/learn_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "apps/learn/compiler.h"
#include "apps/learn/course/session.h"
#include "apps/learn/find_bug/bug_command.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"

namespace gs::learn {
namespace {

constexpr const char* help_text = R"(usage: gridstride learn [EXERCISE] [flags]
       gridstride learn bugs | bug NUMBER     programs that are right and wrong (learn bug --help)

Opens the first exercise that is not solved, or EXERCISE (7 or 07_reverse): shows its task, puts the file to edit into
your folder, and judges the file each time that you save it.

  --once          judge the file once, and end: status 0 if it is right, else 1
  --list          the exercises, and which are solved
  --solution      print the exercise's solution
  --folder DIR    your folder (default: learn)
  --set DIR       exercises from another folder
  --help          this text
)";

struct LearnFlags {
  bool help = false, once = false, list = false, solution = false;
  std::string exercise, folder = "learn", set = exercises_folder();
};

LearnFlags learn_flags(const std::vector<std::string_view>& words) {
  LearnFlags flags;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto value = [&] {
      if (++i == words.size()) throw WrongUsage(std::string(word) + " needs a value");
      return std::string(words[i]);
    };
    if (word == "--help" || word == "-h")
      flags.help = true;
    else if (word == "--once")
      flags.once = true;
    else if (word == "--list")
      flags.list = true;
    else if (word == "--solution")
      flags.solution = true;
    else if (word == "--folder")
      flags.folder = value();
    else if (word == "--set")
      flags.set = value();
    else if (word.starts_with('-'))
      throw WrongUsage("learn has no flag " + std::string(word));
    else if (flags.exercise.empty())
      flags.exercise = word;
    else
      throw WrongUsage("learn takes one exercise, not '" + flags.exercise + "' and '" + std::string(word) + "'");
  }
  return flags;
}

/// The place of the exercise that the user named; of the first one that is not solved, if none.
std::size_t chosen(const std::string& word, const std::vector<Exercise>& exercises, const Progress& progress) {
  if (word.empty()) {
    const auto first =
        std::find_if(exercises.begin(), exercises.end(), [&](const Exercise& e) { return !progress.solved(e); });
    return first == exercises.end() ? 0 : std::size_t(first - exercises.begin());
  }
  const auto number = parse_number<int>(word);
  for (std::size_t i = 0; i < exercises.size(); ++i)
    if (exercises[i].name == word || (number && exercises[i].number == *number)) return i;
  throw WrongUsage("there is no exercise '" + word + "'; there are " + std::to_string(exercises.front().number) +
                   " to " + std::to_string(exercises.back().number) + " (gridstride learn --list)");
}

}  // namespace

int learn_command(const std::vector<std::string_view>& words) {
  if (!words.empty() && (words[0] == "bug" || words[0] == "bugs")) return bug_command(words);
  const LearnFlags flags = learn_flags(words);
  if (flags.help) {
    std::fputs(help_text, stdout);
    return 0;
  }
  Session session(exercises_of(flags.set), Progress(flags.folder));
  if (flags.list) {
    session.show_list();
    if (flags.set == exercises_folder()) std::fputs(list_of_bugs(session.progress()).c_str(), stdout);
    return 0;
  }
  session.open(chosen(flags.exercise, session.exercises(), session.progress()));
  if (flags.solution) {
    std::fputs(session.current().solution.c_str(), stdout);
    return 0;
  }
  session.prepare();
  if (flags.once) return session.judge() ? 0 : 1;
  session.watch();
  return 0;
}

}  // namespace gs::learn
