// judgement.cpp - the first mistake of the record is the verdict.
#include "apps/learn/course/judgement.h"

#include <cerrno>
#include <cstring>

#include "apps/learn/compiled.h"
#include "apps/learn/course/form.h"
#include "apps/learn/recorded_run.h"
#include "kernels/common/check.h"
#include "kernels/sim/source.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

Verdict failed(std::string code, std::string text) {
  return {false, std::move(code), std::move(text), {}};
}

/// The first mistake, if any: the program records causes first.
const textbook::Entry* mistake_in(const std::vector<textbook::Entry>& entries) {
  for (const textbook::Entry& entry : entries)
    if (entry.kind == "finding" && entry["severity"] == "error") return &entry;
  return nullptr;
}

/// The main() that calls the learner's function: compiled behind the learner's file, in one go.
std::string judge_of(const Exercise& exercise) {
  const std::string reference = fs::absolute(exercise.folder / "reference.h").string();
  return "\n#line 1 \"" + reference + "\"\n#include \"kernels/sim/textbook/judge/judge.h\"\n#include \"" + reference +
         "\"\nint main(int count, char** words) { return gs::judge::judge(count, words, gs::judge::exercise); }\n";
}

}  // namespace

Verdict judged(const Exercise& exercise, const fs::path& file) {
  const auto source = simulator::text_of_file(file);
  if (!source) return failed("compiler", file.string() + ": cannot be read\n");
  if (const auto mistake = mistake_of_form(exercise, file.string(), *source); !mistake.empty())
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
  if (const textbook::Entry* const found = mistake_in(run.entries)) {
    verdict.passed = false;
    verdict.code = (*found)["code"];
    verdict.text = (*found)["text"];
  }
  if (!verdict.passed && verdict.text.empty())
    verdict.text = file.string() + ": error: the program ended before its results could be looked at" +
                   (run.ended.signal ? std::string(" (") + strsignal(run.ended.signal) + ")" : "") + "\n";
  return verdict;
}

Judging::Judging() : file_(std::tmpfile(), std::fclose) {
  if (!file_) throw Error(std::string("a temporary file cannot be made: ") + std::strerror(errno));
}

int Judging::judge(const Exercise& exercise, const fs::path& file) {
  const Verdict verdict = judged(exercise, file);
  std::string lines = textbook::line_of(
      {"verdict", {{"passed", verdict.passed ? "yes" : ""}, {"code", verdict.code}, {"text", verdict.text}}});
  for (const std::string& gate : verdict.gates) lines += textbook::line_of({"gate", {{"text", gate}}});
  if (std::fputs(lines.c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0)
    throw Error(std::string("the verdict cannot be written to a temporary file: ") + std::strerror(errno));
  return 0;
}

std::optional<Verdict> Judging::verdict() {
  std::rewind(file_.get());
  std::string lines;
  for (int c; (c = std::fgetc(file_.get())) != EOF;) lines += char(c);
  const std::vector<textbook::Entry> entries = textbook::entries_of(lines);
  if (entries.empty()) return std::nullopt;
  Verdict verdict{entries[0]["passed"] == "yes", entries[0]["code"], entries[0]["text"], {}};
  for (std::size_t i = 1; i < entries.size(); ++i) verdict.gates.push_back(entries[i]["text"]);
  return verdict;
}

}  // namespace gs::learn
