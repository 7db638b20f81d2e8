// exercise.cpp - knows the keys of exercise.txt, and takes start and solution from one file.
#include "apps/learn/course/exercise.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

#include "apps/learn/course/facts.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

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
  else if (key == "solved")
    exercise.solved = value;
  else
    throw Error("has no meaning for '" + key + "'; there are: title, new, start, sizes, gate size, gate, hint, solved");
}

void read_exercise(Exercise& exercise, const fs::path& file) {
  read_facts(file, [&](const std::string& key, const std::string& value) { set(exercise, key, value); });
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
  exercise.number = leading_number(exercise.name);
  if (exercise.number <= 0)
    throw Error(folder.string() + ": the folder of an exercise begins with its number: 07_reverse");
  read_exercise(exercise, folder / "exercise.txt");
  exercise.task = needed_text(folder / "task.md");
  const std::string marked = needed_text(folder / "exercise.cu");
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
