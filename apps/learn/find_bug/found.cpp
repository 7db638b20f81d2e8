// found.cpp - reads the finding in the record of a run.
#include "apps/learn/find_bug/found.h"

#include <algorithm>
#include <sstream>

#include "apps/learn/compiled.h"
#include "apps/learn/given_path.h"
#include "apps/learn/recorded_run.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

/// One of the threads of a finding.
struct Party {
  long block = 0, thread = 0;
  int line = 0;
};

/// Lines such as "3 0 0 232 0 0 12 reads": block, thread, line of the source. Stories have one dimension.
std::vector<Party> parties_of(const std::string& threads) {
  std::vector<Party> parties;
  std::istringstream stream(threads);
  for (std::string text; std::getline(stream, text);) {
    std::istringstream numbers(text);
    Party party;
    long y = 0, z = 0;
    numbers >> party.block >> y >> z >> party.thread >> y >> z >> party.line;
    parties.push_back(party);
  }
  return parties;
}

std::vector<int> sorted(std::vector<int> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string in_a_list(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

}  // namespace

Found::Found(const Bug& bug) : bug_(bug) {
  const RecordedRun run = recorded_run({compiled(bug.program()).string()}, simulator::Keep::silence);
  const textbook::Entry* finding = nullptr;
  int findings = 0;
  for (const textbook::Entry& entry : run.entries)
    if (entry.kind == "finding" && ++findings == 1) finding = &entry;
  if (!finding) throw Error(bug.program().string() + ": the checker finds nothing");
  message_ = with_given_paths((*finding)["text"], bug.program().filename());
  message_ = replaced(message_, bug.folder.string() + "/", "");
  std::vector<Party> parties = parties_of((*finding)["threads"]);
  for (const Party& party : parties) lines_.push_back(party.line);
  lines_ = sorted(lines_);

  const auto differs = [&](const std::string& how) {
    return Error((bug.folder / "bug.txt").string() + ": is not what the checker finds: " + how);
  };
  if (findings != 1) throw differs(std::to_string(findings) + " mistakes");
  if ((*finding)["code"] != bug.code || lines_ != sorted(bug.lines))
    throw differs((*finding)["code"] + " in " + in_a_list(lines_));
  if (parties.front().line != bug.lines.front()) std::reverse(parties.begin(), parties.end());
  const auto number = [&](const Party& party) { return bug.of_blocks ? party.block : party.thread; };
  if (!bug.rule.holds(number(parties.front()), number(parties.back())))
    throw differs(std::to_string(number(parties.front())) + " and " + std::to_string(number(parties.back())) +
                  " do meet");
}

bool Found::are_lines(std::vector<int> lines) const {
  lines = sorted(std::move(lines));
  return lines == lines_ || (!bug_.also.empty() && lines == sorted(bug_.also));
}

int Found::right_among(const std::vector<int>& lines) const {
  return int(std::count_if(lines_.begin(), lines_.end(),
                           [&](int line) { return std::find(lines.begin(), lines.end(), line) != lines.end(); }));
}

bool Found::can_meet(const std::vector<int>& numbers) const {
  if (numbers.size() != lines_.size()) return false;
  const int a = numbers.front(), b = numbers.back();
  return bug_.rule.holds(a, b) || bug_.rule.holds(b, a);
}

}  // namespace gs::learn
