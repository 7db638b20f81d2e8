// climbed.cpp - two runs: the program's own check under the race checker, and its counts.
#include "apps/learn/climbed.h"

#include <cstdlib>
#include <sstream>

#include "apps/learn/compiled.h"
#include "apps/learn/counts/counted_run.h"
#include "apps/learn/recorded_run.h"
#include "engine/core/parse_number.h"
#include "kernels/common/check.h"
#include "kernels/common/grouped.h"
#include "kernels/sim/source.h"
#include "kernels/sim/textbook/bound.h"

namespace gs::learn {
namespace {

using simulator::Keep;

RecordedRun run_or_fail(const Rung& rung, const std::vector<std::string>& program) {
  RecordedRun run = recorded_run(program, Keep::output);
  std::string findings;
  for (const textbook::Entry& entry : run.entries)
    if (entry.kind == "finding") findings += entry["text"];
  if (run.ended.status != 0 || run.ended.signal != 0 || !findings.empty())
    throw Error(rung.file.string() + ": this rung does not run as it should:\n" + findings + run.ended.text);
  return run;
}

/// From lines such as "50 x 96 x 80: right within 1.4e-07, allowed 1.0e-06": the largest error and the bound.
void read_check(const std::string& output, Climbed& rung) {
  double most = -1;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    const std::string within = "right within ", allowed = ", allowed ";
    const auto first = line.find(within), second = line.find(allowed);
    if (first == line.npos || second == line.npos) continue;
    const std::string error = line.substr(first + within.size(), second - first - within.size());
    const double value = std::strtod(error.c_str(), nullptr);
    if (value <= most) continue;
    most = value;
    rung.right_within = value == 0 ? "0" : error;
    rung.allowed = value == 0 ? "0" : line.substr(second + allowed.size());
  }
  if (most < 0) throw Error(rung.rung.file.string() + ": prints no line \"... right within ..., allowed ...\"");
}

bool uses_tensor_cores(const Rung& rung) {
  return simulator::text_of_file(rung.file).value_or("").find("#include <mma.h>") != std::string::npos;
}

}  // namespace

Climbed climbed(const Ladder& ladder, const Rung& rung) {
  Climbed result{rung, "", "", {}, 0, uses_tensor_cores(rung)};
  std::vector<std::string> program = {compiled(rung.file).string()};
  read_check(run_or_fail(rung, program).ended.text, result);

  std::vector<std::int64_t> sizes;
  for (const std::string& word : rung.sizes) {
    sizes.push_back(parse_number<std::int64_t>(word).value_or(0));
    program.push_back(word);
  }
  result.operations = ladder.operations(sizes);
  int kernels = 0;
  for (const textbook::Entry& entry : counted_run(program).entries) {
    if (entry.kind != "kernel") continue;
    ++kernels;
    for (const auto& [name, value] : entry.fields)
      if (const auto number = parse_number<std::int64_t>(value)) result.counts[name] = *number;
  }
  if (kernels != 1) throw Error(rung.file.string() + ": launches " + plural(kernels, "kernel") + ", a rung has one");
  return result;
}

double Climbed::occupancy(const textbook::Gpu& gpu) const {
  return gs::occupancy(gpu.multiprocessor(), {int(count("block_threads")), std::size_t(count("shared_bytes")), {}})
      .part;
}

double Climbed::least_seconds(const textbook::Gpu& gpu) const {
  return textbook::least_seconds(gpu, 32 * count("touched_sectors"), tensor_cores ? 0 : operations);
}

}  // namespace gs::learn
