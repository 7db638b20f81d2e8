// ladder.cpp - finds the rungs and reads their heads.
#include "apps/learn/ladder.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "engine/core/parse_number.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

constexpr std::string_view counts_at = "counts at ";

/// The comment that begins the file, without "// ".
std::vector<std::string> head_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line) && line.starts_with("//");)
    lines.push_back(line.substr(std::min<std::size_t>(line.size(), 3)));
  return lines;
}

Rung rung_in(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const auto number = parse_number<int>(std::string_view(name).substr(0, name.find('_')));
  const std::vector<std::string> head = head_of(file);
  const std::string begin = name + " - ";
  if (!number || head.empty() || !head[0].starts_with(begin))
    throw Error(file.string() + ": a rung is N_name.cu and begins with \"// N_name.cu - what it does.\"");
  Rung rung{*number, file, head[0].substr(begin.size()), "", {}};
  if (rung.idea.ends_with('.')) rung.idea.pop_back();
  for (std::size_t i = 1; i < head.size(); ++i) {
    if (head[i].starts_with(counts_at)) {
      std::istringstream words(head[i].substr(counts_at.size(), head[i].find(':') - counts_at.size()));
      for (std::string word; words >> word;) rung.sizes.push_back(word);
      break;
    }
    if (!head[i].empty()) rung.story += head[i] + "\n";
  }
  if (rung.sizes.empty()) throw Error(file.string() + ": the head has no line \"// counts at SIZES: ...\"");
  return rung;
}

}  // namespace

const std::vector<Ladder>& ladders() {
  using Sizes = const std::vector<std::int64_t>&;
  static const std::vector<Ladder> all = {
      {"transpose", "rows become columns: where a warp's addresses lie", "", [](Sizes) -> std::int64_t { return 0; }},
      {"rows", "the sum of each row: threads that add together", "rows x columns", [](Sizes s) { return s[0] * s[1]; }},
      {"product", "a matrix product: data that are used many times", "2 m n k",
       [](Sizes s) { return 2 * s[0] * s[1] * s[2]; }},
      {"convolution", "filters of 3 x 3: a matrix product in disguise", "18 x channels x filters x output pixels",
       [](Sizes s) { return 18 * s[0] * s[1] * (s[2] - 2) * (s[3] - 2); }},
  };
  return all;
}

std::vector<Rung> rungs_of(const Ladder& ladder) {
  const std::filesystem::path folder = std::filesystem::path(GRIDSTRIDE_LADDERS) / ladder.name;
  std::vector<Rung> rungs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".cu") rungs.push_back(rung_in(entry.path()));
  if (rungs.empty()) throw Error(folder.string() + ": the programs of this ladder are not there");
  std::sort(rungs.begin(), rungs.end(), [](const Rung& a, const Rung& b) { return a.number < b.number; });
  return rungs;
}

}  // namespace gs::learn
