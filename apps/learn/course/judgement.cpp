// judgement.cpp - the first mistake of the record is the verdict.
#include "apps/learn/course/judgement.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "apps/learn/compiled.h"
#include "apps/learn/course/form.h"
#include "apps/learn/recorded_run.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

Verdict failed(std::string code, std::string text) {
  return {false, std::move(code), std::move(text), {}};
}

/// The cause among what was found: threads that miss a barrier also race, and a barrier between warps is one between
/// lanes, too. Null: nothing was found.
const textbook::Entry* cause(const std::vector<textbook::Entry>& entries) {
  const auto first_of = [&](std::initializer_list<std::string_view> codes) -> const textbook::Entry* {
    for (const textbook::Entry& entry : entries)
      if (std::find(codes.begin(), codes.end(), entry["code"]) != codes.end()) return &entry;
    return nullptr;
  };
  const textbook::Entry* first = nullptr;
  for (const textbook::Entry& entry : entries)
    if (!first && entry.kind == "finding" && entry["severity"] == "error") first = &entry;
  if (const auto* missed = first_of({"M13", "M14", "M15"})) return missed;
  const auto* between_warps = first_of({"M11", "M12"});
  return first && (*first)["code"] == "M17" && between_warps ? between_warps : first;
}

/// The main() that calls the learner's function: compiled behind the learner's file, in one go.
std::string judge_of(const Exercise& exercise) {
  const std::string reference = fs::absolute(exercise.folder / "reference.h").string();
  return "\n#line 1 \"" + reference + "\"\n#include \"kernels/sim/textbook/judge/judge.h\"\n#include \"" + reference +
         "\"\nint main(int count, char** words) { return gs::judge::judge(count, words, gs::judge::exercise); }\n";
}

}  // namespace

Verdict judged(const Exercise& exercise, const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string source{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return failed("compiler", file.string() + ": cannot be read\n");
  if (const auto mistake = mistake_of_form(exercise, file.string(), source); !mistake.empty())
    return failed("compiler", mistake);
  std::vector<std::string> program;
  try {
    program = {compiled(file, For::run, judge_of(exercise)).string(), exercise.sizes,
               exercise.gate_size.empty() ? exercise.sizes.substr(0, exercise.sizes.find(',')) : exercise.gate_size};
  } catch (const Error& error) {
    return failed("compiler", std::string(error.what()) + "\n");
  }
  program.insert(program.end(), exercise.gates.begin(), exercise.gates.end());
  const RecordedRun run = recorded_run(program);
  Verdict verdict;
  for (const textbook::Entry& entry : run.entries) {
    if (entry.kind == "gate") verdict.gates.push_back(entry["text"]);
    verdict.passed |= entry.kind == "verdict" && entry["passed"] == "yes";
  }
  if (const textbook::Entry* const found = cause(run.entries)) {
    verdict.passed = false;
    verdict.code = (*found)["code"];
    verdict.text = (*found)["text"];
  }
  if (!verdict.passed && verdict.text.empty())
    verdict.text = file.string() + ": error: the program ended before its results could be looked at" +
                   (run.ended.signal ? std::string(" (") + strsignal(run.ended.signal) + ")" : "") + "\n";
  return verdict;
}

}  // namespace gs::learn
