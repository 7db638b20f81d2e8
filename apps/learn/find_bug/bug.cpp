// bug.cpp - knows the keys of bug.txt.
#include "apps/learn/find_bug/bug.h"

#include <algorithm>
#include <cstdlib>

#include "apps/learn/compiler.h"
#include "apps/learn/course/facts.h"
#include "engine/core/parse_number.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

int number_in(const std::string& text) {
  const auto number = parse_number<int>(text);
  if (!number || *number < 1) throw Error("'" + text + "' is not a number from 1");
  return *number;
}

void set_fact(Bug& bug, const std::string& key, const std::string& value) {
  if (key == "title") {
    bug.title = value;
  } else if (key == "after") {
    bug.after = number_in(value);
  } else if (key == "new") {
    bug.added = list_of(value);
  } else if (key == "code") {
    bug.code = value;
  } else if (key == "lines" || key == "also") {
    for (const std::string& line : list_of(value)) (key == "lines" ? bug.lines : bug.also).push_back(number_in(line));
  } else if (key == "threads" || key == "blocks") {
    bug.rule = Rule(value);
    bug.of_blocks = key == "blocks";
  } else if (key == "hint") {
    bug.hints.push_back(value);
  } else {
    throw Error("has no meaning for '" + key +
                "'; there are: title, after, new, code, lines, also, threads, blocks, hint");
  }
}

Bug bug_in(const fs::path& folder) {
  Bug bug;
  bug.folder = folder;
  bug.name = folder.filename().string();
  bug.number = leading_number(bug.name);
  if (bug.number <= 0) throw Error(folder.string() + ": the folder of a bug begins with its number: 1_second_barrier");
  const fs::path file = folder / "bug.txt";
  read_facts(file, [&](const std::string& key, const std::string& value) { set_fact(bug, key, value); });
  const auto need = [&](bool there, const char* what) {
    if (!there) throw Error(file.string() + ": needs " + what);
  };
  need(!bug.title.empty(), "a line 'title: ...'");
  need(bug.after > 0, "a line 'after: NUMBER', the exercise that comes before it");
  need(!bug.code.empty(), "a line 'code: M11', that of the checker's message");
  need(bug.lines.size() == 1 || bug.lines.size() == 2, "a line 'lines: 12, 14', or one number");
  need(!bug.rule.text().empty(), "a line 'threads: second == first + 1', or 'blocks: ...'");
  need(bug.hints.size() == 2, "two lines 'hint: ...'");
  bug.story = text_of_file(folder / "story.md");
  return bug;
}

}  // namespace

fs::path bugs_folder() {
  return fs::path(exercises_folder()).parent_path() / "bugs";
}

std::vector<Bug> bugs_of(const fs::path& set) {
  std::error_code error;
  std::vector<Bug> bugs;
  for (const auto& entry : fs::directory_iterator(set, error))
    if (fs::exists(entry.path() / "bug.txt")) bugs.push_back(bug_in(entry.path()));
  if (bugs.empty()) throw Error(set.string() + ": has no bug to find: no folder in it has a file bug.txt");
  std::sort(bugs.begin(), bugs.end(), [](const Bug& a, const Bug& b) { return a.number < b.number; });
  return bugs;
}

}  // namespace gs::learn
