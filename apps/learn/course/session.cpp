// session.cpp - says things, and does what the keys say.
#include "apps/learn/course/session.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "apps/learn/compiler.h"
#include "apps/learn/explain_command.h"
#include "apps/learn/find_bug/bug_command.h"
#include "apps/learn/watch/watcher.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

/// "1000,1,31" -> "n = 1000, 1, 31"; "37x21,1x1" -> "37x21, 1x1"
std::string in_words(const std::string& sizes) {
  std::string text = sizes.find('x') == sizes.npos ? "n = " : "";
  for (const char c : sizes) text += c == ',' ? ", " : std::string(1, c);
  return text;
}

/// `text` with the file's path for each FILE.
std::string about_file(std::string text, const fs::path& file) {
  constexpr std::string_view word = "FILE";
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + file.string().size()))
    text.replace(at, word.size(), file.string());
  return text.empty() ? "" : text + "\n";
}

}  // namespace

void Session::open(std::size_t exercise) {
  at_ = exercise;
  hints_ = 0;
  solution_asked_for_ = false;
  code_.clear();
}

void Session::show_list() const {
  for (const Exercise& exercise : exercises_) {
    char line[160];
    std::snprintf(line, sizeof line, "%3d  %-6s  %-12s %s\n", exercise.number,
                  progress_.solved(exercise) ? "solved" : "", exercise.name.substr(exercise.name.find('_') + 1).c_str(),
                  exercise.title.c_str());
    say(line);
  }
}

void Session::show_task() const {
  const auto solved =
      std::count_if(exercises_.begin(), exercises_.end(), [&](const Exercise& e) { return progress_.solved(e); });
  say("\n" + current().task + "\nYour file: " + file().string() + " (each save is judged)   " + std::to_string(solved) +
      " of " + std::to_string(exercises_.size()) + " solved\n" +
      "keys: h hint, e explain the message, t task, l list, s solution, n next, r reset, q quit\n\n");
}

bool Session::judge() {
  return tell(judged(current(), file()));
}

bool Session::tell(const Verdict& verdict) {
  code_ = verdict.code;
  std::string text = verdict.text;
  if (verdict.passed) {
    text = "Right for " + in_words(current().sizes) + ", and in two other orders of threads.\n";
    progress_.solve(current().name);
  }
  for (const std::string& gate : verdict.gates) text += "  " + gate + "\n";
  say(text);
  return verdict.passed;
}

void Session::congratulate() const {
  say(about_file(current().solved, file()));
  if (current().folder.parent_path() == exercises_folder()) say(bugs_after(current().number));
  say(at_ + 1 < exercises_.size() ? "Solved. n opens the next exercise.\n" : "Solved. It was the last exercise.\n");
}

int Session::watch() {
  Keyboard keyboard;
  Watcher watcher(&keyboard);
  std::optional<Judging> judging;
  const auto judge_in_job = [&] {
    say("judging " + file().string() + " ...\n");  // it takes seconds on a slow machine
    watcher.watch(file());
    code_.clear();  // the compiler's messages come before the verdict: then there is nothing to explain
    judging.emplace();
    watcher.start([&] { return judging->judge(current(), file()); });
  };
  const auto begin = [&] {
    show_task();
    if (progress_.solved(current()))
      watcher.watch(file());
    else
      judge_in_job();
  };
  begin();
  for (;;) {
    switch (watcher.next()) {
      case Watcher::Event::saved:
        say("\n");
        judge_in_job();
        break;
      case Watcher::Event::ended:
        if (const auto verdict = judging->verdict()) {
          if (tell(*verdict)) congratulate();
        } else {
          say("error: the judgement ended without a verdict, with status " + std::to_string(watcher.status()) + "\n");
        }
        break;
      case Watcher::Event::key: {
        const std::size_t before = at_;
        if (!press(watcher.key())) return 0;
        if (at_ != before) begin();
        break;
      }
      case Watcher::Event::quit:
        return watcher.status();
      case Watcher::Event::idle:
        return 0;
    }
  }
}

bool Session::press(char key) {
  switch (key) {
    case 'h':
      hint();
      break;
    case 'e':
      explain();
      break;
    case 't':
      show_task();
      break;
    case 'l':
      show_list();
      break;
    case 's':
      solution();
      break;
    case 'n':
      next();
      break;
    case 'r':
      reset();
      break;
    case 'q':
    case 4:  // Ctrl-D
      return false;
    default:
      break;
  }
  return true;
}

void Session::hint() {
  const auto& hints = current().hints;
  if (hints_ == hints.size())
    say("There are no more hints; s shows the solution.\n");
  else
    say("Hint " + std::to_string(hints_ + 1) + " of " + std::to_string(hints.size()) + ": " + hints[hints_] + "\n"),
        ++hints_;
}

void Session::explain() const {
  if (code_.empty() || code_ == "compiler") return say("The last result has no message with a code.\n");
  explain_command({code_});
  std::fflush(stdout);
}

void Session::solution() {
  if (progress_.solved(current()) || solution_asked_for_)
    say(current().solution);
  else
    say("Not solved yet. Press s again to see the solution, or h for a hint.\n");
  solution_asked_for_ = true;
}

void Session::next() {
  if (at_ + 1 == exercises_.size()) return say("This is the last exercise.\n");
  open(at_ + 1);
  prepare();
}

void Session::reset() {
  const fs::path old = progress_.reset(current());
  say("The file is as at the beginning; yours is kept as " + old.string() + "\n");
}

}  // namespace gs::learn
