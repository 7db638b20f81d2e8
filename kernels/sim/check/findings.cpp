// findings.cpp - the checker's reports.
#include "kernels/sim/check/findings.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "kernels/sim/check/places.h"

namespace gs::simulator::check {
namespace {

std::string_view name_of(Problem problem) {
  switch (problem) {
    case Problem::race:
      return "race";
    case Problem::uninitialised:
      return "uninitialised shared memory";
    case Problem::copy_on_the_way:
      return "read before the copy has come";
    case Problem::past_shared:
      return "outside a shared array";
    case Problem::not_device_memory:
    case Problem::host_memory:
    case Problem::null_pointer:
    case Problem::freed_memory:
      return "not device memory";
    case Problem::before_wait:
      return "access before dependency_wait";
  }
  return "";
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::read:
      return "read";
    case Kind::write:
      return "write";
    case Kind::atomic_read:
      return "atomic read";
    case Kind::atomic_write:
      return "atomic operation";
  }
  return "";
}

std::string indices(std::uint64_t linear, dim3 extent) {
  return "(" + std::to_string(linear % extent.x) + "," + std::to_string(linear / extent.x % extent.y) + "," +
         std::to_string(linear / extent.x / extent.y) + ")";
}

std::string without_folder(const std::string& line) {
  return line.substr(line.rfind('/') + 1);
}

/// On one line: "race in kernel k (launched at a.cu:9), shared memory: write at a.cu:3 by thread (1,0,0) of ..."
std::string in_short(const Finding& finding, const std::vector<std::string>& lines) {
  std::string text = std::string(name_of(finding.problem)) + " in kernel " + finding.kernel + " (launched at " +
                     finding.launched_at + "), " + (finding.space == Space::global ? "global" : "shared") + " memory: ";
  for (std::size_t i = 0; i < finding.parties.size(); ++i) {
    const Party& party = finding.parties[i];
    if (i > 0) text += "; ";
    text += std::string(name_of(party.kind)) + " at " + without_folder(lines[i]) + " by thread " +
            indices(party.access.thread, finding.block) + " of block " +
            indices(party.access.block - finding.first_block, finding.grid);
  }
  if (!finding.detail.empty()) text += "; " + finding.detail;
  return text;
}

}  // namespace

std::vector<Report> describe(const std::vector<Finding>& findings) {
  std::vector<std::uint32_t> codes;
  for (const Finding& finding : findings)
    for (const Party& party : finding.parties) codes.push_back(party.access.code);
  const std::vector<std::string> all = full_paths(codes);

  std::vector<Report> reports;
  std::map<std::tuple<Problem, std::string, std::string, std::string>, std::size_t> seen;  // the report
  auto line = all.begin();
  for (const Finding& finding : findings) {
    const std::vector<std::string> lines(line, line + std::ptrdiff_t(finding.parties.size()));
    line += std::ptrdiff_t(finding.parties.size());
    // One mistake may be several instructions of a line, in both orders.
    const auto [first, last] = std::minmax(lines.front(), lines.back());
    const auto [at, is_new] = seen.try_emplace({finding.problem, finding.kernel, first, last}, reports.size());
    if (!is_new && !finding.adds) continue;
    Report report{std::string(name_of(finding.problem)), finding.kernel, in_short(finding, lines),
                  explain(finding, lines)};
    if (is_new)
      reports.push_back(std::move(report));
    else
      reports[at->second] = std::move(report);  // that both read and write it says more
  }
  return reports;
}

}  // namespace gs::simulator::check
