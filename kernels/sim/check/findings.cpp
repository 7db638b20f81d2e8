// findings.cpp - text of the checker's reports.
#include "kernels/sim/check/findings.h"

#include "kernels/sim/check/places.h"

namespace gs::simulator::check {
namespace {

std::string_view name_of(Problem problem) {
  switch (problem) {
    case Problem::race:
      return "race";
    case Problem::uninitialised:
      return "uninitialised shared memory";
    case Problem::not_device_memory:
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

}  // namespace

std::vector<Report> describe(const std::vector<Finding>& findings) {
  std::vector<std::uint32_t> codes;
  for (const Finding& finding : findings)
    for (const Party& party : finding.parties) codes.push_back(party.access.code);
  const std::vector<std::string> lines = source_lines(codes);

  std::vector<Report> reports;
  auto line = lines.begin();
  for (const Finding& finding : findings) {
    const std::string kind(name_of(finding.problem));
    std::string text = kind + " in kernel " + finding.kernel + " (launched at " + finding.launched_at + "), " +
                       (finding.space == Space::shared ? "shared" : "global") + " memory: ";
    for (const Party& party : finding.parties) {
      if (&party != &finding.parties.front()) text += "; ";
      text += std::string(name_of(party.kind)) + " at " + *line++ + " by thread " +
              indices(party.access.thread, finding.block) + " of block " +
              indices(party.access.block - finding.first_block, finding.grid);
    }
    if (!finding.detail.empty()) text += "; " + finding.detail;
    reports.push_back({kind, finding.kernel, std::move(text)});
  }
  return reports;
}

}  // namespace gs::simulator::check
