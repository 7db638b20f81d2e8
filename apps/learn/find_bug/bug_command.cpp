// bug_command.cpp - its flags, and the list.
#include "apps/learn/find_bug/bug_command.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "apps/learn/find_bug/bug_session.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"

namespace gs::learn {
namespace {

constexpr const char* bug_help = R"(usage: gridstride learn bugs [flags]
       gridstride learn bug NUMBER [flags]

Programs that print the right result and are wrong. `bugs` lists them; `bug 3` tells the story of the third, shows its
source, and asks which lines race, and which threads.

  --lines A,B     judge this answer and end: status 0 if these are the lines, else 1
  --who A,B       ... and these the threads, or blocks, as the story asks
  --show          what the checker says, and the correction
  --set DIR       stories from another folder
  --folder DIR    your folder (default: learn)
  --help          this text
)";

struct BugFlags {
  bool help = false, list = false, show = false;
  std::string number, folder = "learn", set = bugs_folder();
  std::optional<std::vector<int>> lines, who;
};

BugFlags bug_flags(const std::vector<std::string_view>& words) {
  BugFlags flags;
  flags.list = words[0] == "bugs";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto value = [&] {
      if (++i == words.size()) throw WrongUsage(std::string(word) + " needs a value");
      return words[i];
    };
    const auto numbers = [&] {
      const auto text = value();
      auto list = numbers_in(text);
      if (!list)
        throw WrongUsage(std::string(word) + " takes one or two numbers, such as 7,9; not " + std::string(text));
      return list;
    };
    if (word == "--help" || word == "-h")
      flags.help = true;
    else if (word == "--lines")
      flags.lines = numbers();
    else if (word == "--who")
      flags.who = numbers();
    else if (word == "--show")
      flags.show = true;
    else if (word == "--set")
      flags.set = value();
    else if (word == "--folder")
      flags.folder = value();
    else if (word.starts_with('-'))
      throw WrongUsage("learn bug has no flag " + std::string(word));
    else if (flags.number.empty() && !flags.list)
      flags.number = word;
    else
      throw WrongUsage("learn " + std::string(words[0]) + " has no use for " + std::string(word));
  }
  if (flags.who && !flags.lines) throw WrongUsage("--who goes with --lines");
  if (flags.list && (flags.lines || flags.show)) throw WrongUsage("learn bugs lists them; one is: learn bug 3");
  return flags;
}

const Bug& bug_numbered(const std::vector<Bug>& bugs, const std::string& word) {
  if (word.empty()) throw WrongUsage("learn bug needs a number, such as learn bug 3 (gridstride learn bugs)");
  const auto number = parse_number<int>(word);
  const auto found =
      std::find_if(bugs.begin(), bugs.end(), [&](const Bug& bug) { return number && bug.number == *number; });
  if (found == bugs.end())
    throw WrongUsage("there is no bug '" + word + "'; there are 1 to " + std::to_string(bugs.size()) +
                     " (gridstride learn bugs)");
  return *found;
}

}  // namespace

std::string list_of_bugs(const Progress& progress, const std::filesystem::path& set) {
  std::string text;
  for (const Bug& bug : bugs_of(set)) {
    char line[160];
    std::snprintf(line, sizeof line, "bug %d  %-6s  %-38s (after exercise %d)\n", bug.number,
                  progress.solved(bug.in_progress()) ? "solved" : "", bug.title.c_str(), bug.after);
    text += line;
  }
  return text;
}

std::string bugs_after(int exercise) {
  std::string text;
  for (const Bug& bug : bugs_of(bugs_folder()))
    if (bug.after == exercise)
      text += "A program that is right and wrong: gridstride learn bug " + std::to_string(bug.number) + " (" +
              bug.title + ")\n";
  return text;
}

int bug_command(const std::vector<std::string_view>& words) {
  const BugFlags flags = bug_flags(words);
  if (flags.help) {
    std::fputs(bug_help, stdout);
    return 0;
  }
  const Progress progress(flags.folder);
  if (flags.list) {
    std::fputs(list_of_bugs(progress, flags.set).c_str(), stdout);
    return 0;
  }
  const std::vector<Bug> bugs = bugs_of(flags.set);
  BugSession session(bug_numbered(bugs, flags.number), progress);
  if (flags.show) session.show();
  if (flags.lines) return session.judge(*flags.lines, flags.who) ? 0 : 1;
  if (flags.show) return 0;
  session.tell();
  return session.ask() ? 0 : 1;
}

}  // namespace gs::learn
