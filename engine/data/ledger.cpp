// ledger.cpp - records the files that are passed over, and sums them up by reason.
#include "engine/data/ledger.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gs {
namespace {

bool worth_no_warning(std::string_view why) {
  return why == made_by_system || why == text_file || why == other_split;
}

}  // namespace

void pass_over(Ledger& ledger, const std::filesystem::path& file, const std::filesystem::path& root,
               std::string_view why) {
  std::error_code none;
  const bool folder = std::filesystem::is_directory(file, none);
  ++ledger.seen;
  ledger.passed_over.push_back(
      {file.lexically_relative(root).generic_string() + (folder ? "/" : ""), std::string(why)});
}

std::vector<FilesOfReason> by_reason(const Ledger& ledger) {
  std::vector<FilesOfReason> groups;
  for (const PassedOver& one : ledger.passed_over) {
    auto group = std::ranges::find(groups, std::string_view(one.why), &FilesOfReason::why);
    if (group == groups.end()) group = groups.insert(groups.end(), {one.why, {}});
    group->files.push_back(one.file);
  }
  return groups;
}

std::string summary_of(const Ledger& ledger, const std::string& source) {
  constexpr std::size_t shown_names = 2, shown_reasons = 4;
  std::size_t total = 0;
  std::vector<std::string> parts;
  for (const auto& [why, files] : by_reason(ledger)) {
    if (worth_no_warning(why)) continue;
    total += files.size();
    if (parts.size() == shown_reasons) continue;
    const std::size_t names = files.size() == shown_names + 1 ? files.size() : std::min(shown_names, files.size());
    std::string part =
        fmt::format("{}: {}", why, fmt::join(files.begin(), files.begin() + std::ptrdiff_t(names), ", "));
    if (files.size() > names) part += fmt::format(" and {} more", files.size() - names);
    parts.push_back(std::move(part));
  }
  if (total == 0) return "";
  return fmt::format("--data {}: {} passed over: {}{}", source,
                     total == 1 ? "1 file is" : fmt::format("{} files are", total), fmt::join(parts, "; "),
                     parts.size() == shown_reasons ? "; ..." : "");
}

}  // namespace gs
