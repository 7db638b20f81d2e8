// progress.cpp - files are written beside, then renamed, so that none is ever half there.
#include "apps/learn/course/progress.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

void write_whole(const fs::path& file, const std::string& text) {
  const fs::path part = file.string() + ".part";
  {
    std::ofstream stream(part, std::ios::binary);
    stream << text;
    if (!stream.flush()) throw Error(file.string() + ": cannot be written: " + std::strerror(errno));
  }
  fs::rename(part, file);
}

}  // namespace

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
  write_whole(folder_ / "progress.txt", text);
}

void Progress::prepare(const Exercise& exercise) const {
  make_folder();
  if (!fs::exists(file_of(exercise))) write_whole(file_of(exercise), exercise.start);
}

fs::path Progress::reset(const Exercise& exercise) const {
  const fs::path file = file_of(exercise);
  fs::path old = file.string() + ".old";
  for (int i = 2; fs::exists(old); ++i) old = file.string() + ".old" + std::to_string(i);
  fs::rename(file, old);
  write_whole(file, exercise.start);
  return old;
}

}  // namespace gs::learn
