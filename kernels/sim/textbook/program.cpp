// program.cpp - launches, errors and the end of a learner's program.
#include "kernels/sim/textbook/program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/check/ways.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/counting.h"
#include "kernels/sim/textbook/launch.h"
#include "kernels/sim/textbook/messages.h"
#include "kernels/sim/textbook/names.h"
#include "kernels/sim/textbook/record.h"
#include "kernels/sim/time_limit.h"
#include "kernels/sim/words.h"

namespace gs::textbook {
namespace {

struct Program {
  cudaError_t last_error = cudaSuccess;
  std::vector<Entry> findings;                           ///< in the order in which they are said
  std::optional<simulator::Explanation> refused_launch;  ///< which the program has not asked about
  std::set<std::string> notes;
};
Program& program() {
  static Program* program = new Program;  // never destroyed: its end is after the end of everything else
  return *program;
}

void add_error(const simulator::Explanation& explanation) {
  program().findings.push_back(finding(explanation, "error"));
}
/// An error that no explanation describes.
void add_error(const std::string& text) {
  program().findings.push_back({"finding", {{"severity", "error"}, {"what", text}, {"text", text + "\n"}}});
}
void add_error(const simulator::Report& report) {
  if (report.explanation.code.empty())
    add_error(report.text);
  else
    add_error(report.explanation);
}

void say_findings() {
  std::cout.flush();
  std::fflush(stdout);
  if (counting()) write_counts();
  if (program().refused_launch) add_error(*program().refused_launch);
  for (const auto& report : simulator::take_reports()) add_error(report);
  bool first = true;
  for (const Entry& entry : program().findings)
    if (recording())
      record(entry);
    else
      std::fprintf(stderr, "%s%s", std::exchange(first, false) ? "" : "\n", entry["text"].c_str());
  if (!program().findings.empty()) std::_Exit(1);
}
/// A message that is no mistake.
void say_note(const simulator::Explanation& explanation) {
  std::fflush(stdout);
  if (recording())
    record(finding(explanation, "note"));
  else
    std::fputs(text_of(explanation, "note").c_str(), stderr);
}
/// The program's main() runs without end.
void host_runs_on(const void* return_address) {
  const auto code = std::uint32_t(static_cast<const char*>(return_address) - simulator::check::program_start());
  const std::string place = simulator::check::full_paths({code}).front();
  const auto colon = place.rfind(':');
  simulator::Explanation explanation;
  explanation.code = "M25";
  explanation.file = place.substr(0, colon);
  explanation.line = unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
  explanation.what = "after " + simulator::time_limit_in_words() + ": the program is in line " +
                     std::to_string(explanation.line) + ", in no kernel";
  explanation.advice = "Does the condition of this loop ever become false?";
  add_error(explanation);
  end_program();
}

constexpr double default_seconds = 10;

bool start() {
  simulator::check::ways_are_kept = true;
  const char* const given = std::getenv("GRIDSTRIDE_RUN_SECONDS");
  simulator::limit_time(given ? std::strtod(given, nullptr) : default_seconds, host_runs_on);
  return std::atexit(say_findings) == 0;
}
[[maybe_unused]] const bool started = start();
}  // namespace

extern "C" const char gridstride_textbook_program = 0;  // apps/learn/compiler.cpp.in

namespace {

/// A mistake that is not the checker's to find.
void say(source_location where, const std::string& what, std::string code = "", std::string advice = "") {
  simulator::Explanation explanation;
  explanation.code = std::move(code);
  explanation.file = where.file;
  explanation.line = where.line;
  explanation.what = what;
  explanation.advice = std::move(advice);
  add_error(explanation);
}

/// "thread 3 of block 0"
std::string running_thread() {
  const auto& geometry = simulator::position.launch->geometry;
  return simulator::thread_in(simulator::position.thread, geometry.block) + " of " +
         simulator::block_in(simulator::position.block, geometry.grid);
}

}  // namespace

cudaError_t failed(cudaError_t error) {
  return program().last_error = error;
}

cudaError_t refused(cudaError_t error, source_location where, const std::string& message) {
  say(where, message);
  return failed(error);
}

void note_once(source_location where, const std::string& message) {
  if (!program().notes.insert(message).second) return;
  simulator::Explanation explanation;
  explanation.file = where.file;
  explanation.line = where.line;
  explanation.what = message;
  say_note(explanation);
}

void end_program() {
  say_findings();
  std::_Exit(1);
}

void run(const char* kernel, const Configuration& configuration, simulator::Invoke invoke, void* arguments,
         std::size_t argument_bytes, const PointerArgument* pointers, std::size_t pointer_count) {
  name_arguments(kernel, pointers, pointer_count);
  try {
    const simulator::Geometry geometry(configuration.grid, configuration.block, configuration.shared_bytes, false,
                                       configuration.where);
    const auto launch = [&] {
      simulator::run_grid({kernel, geometry, invoke, arguments, argument_bytes, true, nullptr, nullptr});
    };
    if (counting())
      count_launch(kernel, launch);
    else
      launch();
  } catch (const simulator::LaunchRefused& error) {
    if (program().refused_launch) add_error(*program().refused_launch);
    program().refused_launch = error.explanation;
    failed(cudaErrorInvalidConfiguration);
  } catch (const simulator::SimError& error) {
    auto reports = simulator::take_reports();
    if (error.explanation.code == "M25") reports.clear();  // who waits in a loop races for what it waits for
    for (const auto& report : reports) add_error(report);
    if (!error.explanation.what.empty())
      add_error(error.explanation);
    else if (!error.explanation.reported && reports.empty())
      add_error(error.what());
    end_program();
  }
}

void assertion_failed(const char* condition, source_location where) {
  if (simulator::in_kernel()) {
    simulator::Explanation explanation;
    explanation.file = where.file;
    explanation.line = where.line;
    explanation.what = "in " + running_thread() + " the assertion `" + condition + "` does not hold";
    simulator::block_of("an assertion").fail("an assertion failed", std::move(explanation));
  }
  say(where, "the assertion `" + std::string(condition) + "` does not hold");
  end_program();
}

}  // namespace gs::textbook

using namespace gs::textbook;

cudaError_t cudaPeekAtLastError() {
  if (program().refused_launch) {  // the program looks at its errors, so this one is no mistake that it overlooks
    say_note(*program().refused_launch);
    program().refused_launch.reset();
  }
  return program().last_error;
}
cudaError_t cudaGetLastError() {
  cudaPeekAtLastError();
  return std::exchange(program().last_error, cudaSuccess);
}
