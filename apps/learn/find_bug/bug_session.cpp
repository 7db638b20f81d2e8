// bug_session.cpp - a question a line, an answer a line.
#include "apps/learn/find_bug/bug_session.h"

#include <cstdio>
#include <iostream>
#include <sstream>

#include "apps/learn/course/facts.h"
#include "engine/core/parse_number.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

constexpr int most_tries = 2;

void tell_now(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

std::string with_line_numbers(const std::string& source) {
  std::istringstream stream(source);
  std::string text, line;
  for (int number = 1; std::getline(stream, line); ++number) {
    char before[16];
    std::snprintf(before, sizeof before, "%4d |", number);
    text += before + (line.empty() ? "" : " " + line) + "\n";
  }
  return text;
}

}  // namespace

std::optional<std::vector<int>> numbers_in(std::string_view answer) {
  std::string text(answer);
  for (char& c : text)
    if (c == ',') c = ' ';
  std::vector<int> numbers;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) {
    const auto number = parse_number<int>(word);
    if (!number || *number < 0) return std::nullopt;
    numbers.push_back(*number);
  }
  if (numbers.empty() || numbers.size() > 2) return std::nullopt;
  return numbers;
}

void BugSession::tell() const {
  tell_now("\n" + bug_.story + "\n" + with_line_numbers(text_of_file(bug_.program())) + "\n" +
           (two()
                ? "Two lines race if two threads touch the same element in them, one at least writes it, and nothing\n"
                  "says which comes first. A line may race with itself.\n"
                : ""));
}

std::string BugSession::question_about_lines() const {
  return two() ? "Which two lines race? Two numbers, such as 3,5" : "Which line reads what was never written? A number";
}

std::string BugSession::question_about_who() const {
  return two() ? "Which two " + who() + "s, for example? The numbers of two that meet there"
               : "Which " + who() + ", for example? Its number";
}

void BugSession::hint() {
  if (hints_ == bug_.hints.size())
    tell_now("There are no more hints; s shows what the checker says.\n");
  else
    tell_now("Hint " + std::to_string(hints_ + 1) + " of " + std::to_string(bug_.hints.size()) + ": " +
             bug_.hints[hints_] + "\n"),
        ++hints_;
}

std::optional<std::vector<int>> BugSession::answer_to(const std::string& question) {
  for (;;) {
    tell_now(question + " (h hint, s show, q quit): ");
    std::string line;
    if (!std::getline(std::cin, line) || trimmed(line) == "q") {
      quit_ = true;
      return std::nullopt;
    }
    if (trimmed(line) == "s") return std::nullopt;
    if (trimmed(line) == "h") {
      hint();
    } else if (auto numbers = numbers_in(line)) {
      return numbers;
    } else {
      tell_now("That is no answer: numbers with a comma between, or one of the letters.\n");
    }
  }
}

bool BugSession::judge_lines(const std::vector<int>& lines) {
  if (found_.are_lines(lines)) {
    tell_now(two() ? "Right: these are the lines.\n" : "Right: this is the line.\n");
    return true;
  }
  const bool half = two() && lines.size() == 2 && found_.right_among(lines) == 1;
  tell_now(two() ? half ? "One of them is right, and the other is not.\n" : "Not these.\n" : "Not this one.\n");
  return false;
}

bool BugSession::judge_who(const std::vector<int>& numbers) {
  if (found_.can_meet(numbers)) {
    tell_now("Right: " +
             (two() ? who() + "s " + std::to_string(numbers[0]) + " and " + std::to_string(numbers[1]) + " can meet.\n"
                    : who() + " " + std::to_string(numbers[0]) + " does.\n"));
    return true;
  }
  tell_now(two() ? "Not these: work out which element each of them touches in both lines.\n"
                 : "Not this one: work out what it has written before.\n");
  return false;
}

bool BugSession::judge(const std::vector<int>& lines, const std::optional<std::vector<int>>& numbers) {
  const bool right = judge_lines(lines) && (!numbers || judge_who(*numbers));
  if (right && numbers) progress_.solve(bug_.in_progress());
  if (right && !numbers) tell_now(question_about_who() + ": --who.\n");
  return right;
}

bool BugSession::ask() {
  const auto right_answer = [&](const std::string& question, auto judge) {
    for (int tries = 0; tries < most_tries; ++tries) {
      const auto numbers = answer_to(question);
      if (!numbers) return false;
      if (judge(*numbers)) return true;
      if (tries + 1 < most_tries && hints_ < bug_.hints.size()) hint();
    }
    return false;
  };
  const bool right =
      right_answer(question_about_lines(), [&](const std::vector<int>& lines) { return judge_lines(lines); }) &&
      right_answer(question_about_who(), [&](const std::vector<int>& numbers) { return judge_who(numbers); });
  if (quit_) return false;
  if (right) progress_.solve(bug_.in_progress());
  show();
  return right;
}

void BugSession::show() const {
  tell_now("\nThe checker says:\n\n" + found_.message() + "\nThe correction:\n\n");
  simulator::run_program({"diff", "-U", "2", "--label", "program.cu", "--label", "corrected.cu",
                          bug_.program().string(), bug_.corrected().string()});
}

}  // namespace gs::learn
