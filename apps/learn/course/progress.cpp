// progress.cpp - reads and writes the files of the folder.
#include "apps/learn/course/progress.h"

#include <fstream>

#include "apps/learn/write_file.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace fs = std::filesystem;

Progress::Progress(fs::path folder) : folder_(std::move(folder)) {
  std::ifstream stream(folder_ / "progress.txt");
  for (std::string name; stream >> name;) solved_.insert(name);
}

void Progress::make_folder() const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw Error(folder_.string() + ": cannot be made: " + error.message());
}

void Progress::solve(const std::string& name) {
  if (!solved_.insert(name).second) return;
  make_folder();
  std::string text;
  for (const std::string& each : solved_) text += each + "\n";
  write_file(folder_ / "progress.txt", text);
}

void Progress::prepare(const Exercise& exercise) const {
  make_folder();
  if (!fs::exists(file_of(exercise))) write_file(file_of(exercise), exercise.start);
}

fs::path Progress::reset(const Exercise& exercise) const {
  const fs::path file = file_of(exercise);
  fs::path old = file.string() + ".old";
  for (int i = 2; fs::exists(old); ++i) old = file.string() + ".old" + std::to_string(i);
  fs::rename(file, old);
  write_file(file, exercise.start);
  return old;
}

}  // namespace gs::learn
