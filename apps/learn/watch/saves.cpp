// saves.cpp - compares what stat() says.
#include "apps/learn/watch/saves.h"

#include <sys/stat.h>

#include <utility>

#include "apps/learn/source_files.h"

namespace gs::learn {

Saves::Saves(const std::filesystem::path& file) : files_(source_files(file)), first_(states()), last_(first_) {}

bool Saves::any() {
  std::vector<State> now = states();
  bool saved = false;
  for (std::size_t i = 0; i < now.size(); ++i) saved |= now[i].there && now[i] != first_[i];
  const bool rests = now == last_;
  last_ = std::move(now);
  return saved && rests;
}

std::vector<Saves::State> Saves::states() const {
  std::vector<State> states;
  for (const std::filesystem::path& file : files_) {
    struct stat found {};
    if (stat(file.c_str(), &found) == 0)
      states.push_back({true, found.st_ino, found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size});
    else
      states.emplace_back();
  }
  return states;
}

}  // namespace gs::learn
