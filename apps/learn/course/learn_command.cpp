// learn_command.cpp - the flags of `gridstride learn`, and what needs no terminal.
#include "apps/learn/course/learn_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "apps/learn/compiler.h"
#include "apps/learn/course/session.h"
#include "apps/learn/find_bug/bug_command.h"
#include "apps/learn/flags.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"

namespace gs::learn {
namespace {

struct LearnFlags {
  bool help = false, once = false, list = false, solution = false;
  std::string exercise, folder = "learn", set = exercises_folder();
};

std::vector<Flag> flags_of(LearnFlags& flags) {
  return {{"--once", "", "judge the file once, and end: status 0 if it is right, else 1", on(flags.once)},
          {"--list", "", "the exercises, and which are solved", on(flags.list)},
          {"--solution", "", "print the exercise's solution", on(flags.solution)},
          {"--folder", "DIR", "your folder (default: learn)", into(flags.folder), "a folder"},
          {"--set", "DIR", "exercises from another folder", into(flags.set), "a folder"}};
}

std::string learn_help() {
  LearnFlags flags;
  return R"(usage: gridstride learn [EXERCISE] [flags]
       gridstride learn bugs | bug NUMBER     programs that are right and wrong (learn bug --help)

Opens the first exercise that is not solved, or EXERCISE (7 or 07_reverse): shows its task, puts the file to edit into
your folder, and judges the file each time that you save it.

)" + help_of(flags_of(flags));
}

LearnFlags learn_flags(const std::vector<std::string_view>& words) {
  LearnFlags flags;
  const GivenWords given = read_words({"learn", flags_of(flags), 1, "one exercise"}, words);
  flags.help = given.help;
  if (!given.words.empty()) flags.exercise = given.words[0];
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
    std::fputs(learn_help().c_str(), stdout);
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
  return session.watch();
}

}  // namespace gs::learn
