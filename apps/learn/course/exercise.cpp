// exercise.cpp - reads lines of "key: value", and takes start and solution from one file.
#include "apps/learn/course/exercise.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string() + ": cannot be read: an exercise needs it");
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

std::vector<std::string> list_of(const std::string& value) {
  std::vector<std::string> list;
  std::istringstream stream(value);
  for (std::string item; std::getline(stream, item, ',');)
    if (!trimmed(item).empty()) list.push_back(trimmed(item));
  return list;
}

/// "1000, 37x21" -> "1000,37x21"
std::string sizes_of(const std::string& value) {
  std::string sizes;
  for (const std::string& size : list_of(value)) {
    if (size.find_first_not_of("0123456789x") != size.npos || !std::isdigit(static_cast<unsigned char>(size[0])))
      throw Error("'" + size + "' is no size; 1000 or 37x21 are");
    sizes += (sizes.empty() ? "" : ",") + size;
  }
  return sizes;
}

void set(Exercise& exercise, const std::string& key, const std::string& value) {
  if (key == "title")
    exercise.title = value;
  else if (key == "new")
    exercise.added = list_of(value);
  else if (key == "start")
    exercise.announced = value == "passes" ? "" : value;
  else if (key == "sizes")
    exercise.sizes = sizes_of(value);
  else if (key == "gate size")
    exercise.gate_size = sizes_of(value);
  else if (key == "gate")
    exercise.gates.push_back(value);
  else if (key == "hint")
    exercise.hints.push_back(value);
  else
    throw Error("has no meaning for '" + key + "'; there are: title, new, start, sizes, gate size, gate, hint");
}

/// Lines of "key: value"; an indented line continues the value before.
void read_facts(Exercise& exercise, const fs::path& file) {
  std::istringstream stream(text_of_file(file));
  std::string line, key, value;
  int number = 0;
  const auto keep = [&] {
    if (key.empty()) return;
    try {
      set(exercise, key, value);
    } catch (const Error& error) {
      throw Error(file.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  };
  for (int at = 1; std::getline(stream, line); ++at) {
    if (trimmed(line).empty() || line[0] == '#') continue;
    if (line[0] == ' ') {
      value += " " + trimmed(line);
      continue;
    }
    keep();
    number = at;
    const auto colon = line.find(':');
    if (colon == line.npos) throw Error(file.string() + ":" + std::to_string(at) + ": expected a line 'key: value'");
    key = trimmed(line.substr(0, colon));
    value = trimmed(line.substr(colon + 1));
  }
  keep();
  const auto need = [&](bool there, const char* name) {
    if (!there) throw Error(file.string() + ": needs a line '" + name + ": ...'");
  };
  need(!exercise.title.empty(), "title");
  need(!exercise.sizes.empty(), "sizes");
  need(exercise.hints.size() == 3, "hint' three times, not '");
  need(exercise.gates.empty() || !exercise.gate_size.empty(), "gate size");
}

/// The first line that begins with "void launch(".
std::string called_in(const std::string& source) {
  const auto at = source.find("void launch(");
  return at == source.npos ? "" : source.substr(at, source.find(')', at) - at + 1);
}

}  // namespace

std::string part_of(const std::string& marked, const std::string& part) {
  std::istringstream stream(marked);
  std::string text, shown = "both";
  for (std::string line; std::getline(stream, line);) {
    const std::string word = trimmed(line);
    if (word.starts_with("//! "))
      shown = word.substr(4);
    else if (shown == "both" || shown == part)
      text += line + "\n";
  }
  return text;
}

Exercise exercise_in(const fs::path& folder) {
  Exercise exercise;
  exercise.folder = folder;
  exercise.name = folder.filename().string();
  exercise.number = std::atoi(exercise.name.c_str());
  if (exercise.number <= 0)
    throw Error(folder.string() + ": the folder of an exercise begins with its number: 07_reverse");
  read_facts(exercise, folder / "exercise.txt");
  exercise.task = text_of_file(folder / "task.md");
  const std::string marked = text_of_file(folder / "exercise.cu");
  exercise.start = part_of(marked, "start");
  exercise.solution = part_of(marked, "solution");
  exercise.called = called_in(exercise.start);
  if (exercise.called.empty())
    throw Error((folder / "exercise.cu").string() + ": has no function 'void launch(...)', which is what is judged");
  return exercise;
}

std::vector<Exercise> exercises_of(const fs::path& set) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(set, error))
    if (entry.is_directory() && fs::exists(entry.path() / "exercise.txt")) folders.push_back(entry.path());
  if (folders.empty()) throw Error(set.string() + ": has no exercise: no folder in it has a file exercise.txt");
  std::sort(folders.begin(), folders.end());
  std::vector<Exercise> exercises;
  for (const fs::path& folder : folders) exercises.push_back(exercise_in(folder));
  return exercises;
}

}  // namespace gs::learn
