// answers.cpp - a file for each: it is renamed into place, and stays readable while another process removes it.
#include "apps/learn/machine_code/answers.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "apps/learn/write_file.h"
#include "kernels/sim/source.h"
#include "kernels/sim/textbook/entry.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_kept = 100;
constexpr std::chrono::hours in_use{24};  // a file or folder that another process is still making is younger

void remove_old(const fs::path& folder) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto time = entry.last_write_time(error); !error) kept.emplace_back(time, entry.path());
  std::sort(kept.rbegin(), kept.rend());
  const auto young = fs::file_time_type::clock::now() - in_use;
  for (std::size_t i = most_kept; i < kept.size(); ++i)
    if (kept[i].first < young) fs::remove_all(kept[i].second, error);
}

}  // namespace

std::optional<Answers> kept_answers(const fs::path& file) {
  const auto text = simulator::text_of_file(file);
  if (!text) return std::nullopt;
  std::error_code error;
  fs::last_write_time(file, fs::file_time_type::clock::now(), error);
  const std::vector<textbook::Entry> entries = textbook::entries_of(*text);
  if (entries.empty()) return std::nullopt;
  return Answers{entries[0]["disassembly"], entries[0]["report"]};
}

void keep_answers(const fs::path& file, const Answers& answers) {
  write_file(file, textbook::line_of({"answers", {{"disassembly", answers.disassembly}, {"report", answers.report}}}));
  remove_old(file.parent_path());
}

}  // namespace gs::learn
