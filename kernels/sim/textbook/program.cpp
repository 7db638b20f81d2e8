// program.cpp - launches, errors and the end of a learner's program.
#include "kernels/sim/textbook/program.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/check/ways.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/cause.h"
#include "kernels/sim/textbook/counting.h"
#include "kernels/sim/textbook/crash.h"
#include "kernels/sim/textbook/kernel_attributes.h"
#include "kernels/sim/textbook/launch.h"
#include "kernels/sim/textbook/messages.h"
#include "kernels/sim/textbook/names.h"
#include "kernels/sim/textbook/record.h"
#include "kernels/sim/textbook/tracing.h"
#include "kernels/sim/time_limit.h"
#include "kernels/sim/words.h"

namespace gs::textbook {
namespace {

struct Program {
  cudaError_t last_error = cudaSuccess;
  std::vector<Entry> findings;  ///< in the order in which they are said
  std::size_t said = 0;         ///< so many of them are on the terminal
  std::set<std::tuple<std::string, std::string, std::string, unsigned>> reported;  ///< kernel, code, file, line
  std::optional<simulator::Explanation> refused_launch;  ///< which the program has not asked about
  std::optional<Configuration> last_launch;
  std::set<std::string> notes;
};
Program& program() {
  static Program* program = new Program;  // never destroyed: its end is after the end of everything else
  return *program;
}

void add_finding(Entry entry) {
  if (recording()) record(entry);
  program().findings.push_back(std::move(entry));
}
void add_error(const simulator::Explanation& explanation) {
  add_finding(finding(explanation, "error"));
}
/// An error that no explanation describes.
void add_error(const std::string& text) {
  add_finding({"finding", {{"severity", "error"}, {"what", text}, {"text", text + "\n"}}});
}
/// The same mistake of another launch is not said again.
void add_error(const simulator::Report& report) {
  const simulator::Explanation& explanation = report.explanation;
  if (explanation.what.empty()) return add_error(report.text);
  if (program().reported.insert({report.kernel, explanation.code, explanation.file, explanation.line}).second)
    add_error(explanation);
}
void add_errors(std::vector<simulator::Report> reports) {
  put_causes_first(reports);
  for (const auto& report : reports) add_error(report);
}

/// Adds to the findings the ones that are not yet among them.
void gather_findings() {
  if (program().refused_launch) add_error(*std::exchange(program().refused_launch, {}));
  add_errors(simulator::take_reports());
}

void end_of_program() {
  std::cout.flush();
  std::fflush(nullptr);  // _Exit() would lose what the program has written to its files
  if (counting()) record_counts();
  if (tracing()) write_trace();
  gather_findings();
  say_findings();
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
/// The last message of a program. `place`: "<folders>/vec.cu:12", or empty.
void say_at_end(simulator::Explanation explanation, const std::string& place) {
  const auto colon = place.rfind(':');
  explanation.file = place.substr(0, colon);
  if (colon != place.npos) explanation.line = unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
  gather_findings();
  add_error(explanation);
  end_program();
}

/// The program's main() runs without end.
void host_runs_on(const void* return_address) {
  const auto code = std::uint32_t(static_cast<const char*>(return_address) - simulator::check::program_start());
  const std::string place = simulator::check::full_paths({code}).front();
  simulator::Explanation explanation;
  explanation.code = "M25";
  explanation.what = "after " + simulator::time_limit_in_words() + ": the program is in line " +
                     place.substr(place.rfind(':') + 1) + ", in no kernel";
  explanation.advice = "Does the condition of this loop ever become false?";
  say_at_end(std::move(explanation), place);
}

void program_crashes(const std::string& what, const std::string& advice, const std::string& place) {
  simulator::Explanation explanation;
  explanation.what = what;
  explanation.advice = advice;
  say_at_end(std::move(explanation), place);
}

constexpr double default_seconds = 10;

bool start() {
  simulator::check::ways_are_kept = true;
  const char* const given = std::getenv("GRIDSTRIDE_RUN_SECONDS");
  simulator::limit_time(given ? std::strtod(given, nullptr) : default_seconds, host_runs_on);
  explain_crashes(program_crashes);
  return std::atexit(end_of_program) == 0;
}
[[maybe_unused]] const bool started = start();
}  // namespace

extern "C" const char gridstride_textbook_program = 0;  // apps/learn/compiler.cpp

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

cudaError_t refused(cudaError_t error, const simulator::Explanation& message) {
  add_error(message);
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

void add_mistake(const simulator::Explanation& explanation) {
  add_error(explanation);
}

void end_if_wrong() {
  gather_findings();
  if (!program().findings.empty()) end_program();
}

const Configuration* last_launch() {
  return program().last_launch ? &*program().last_launch : nullptr;
}

void say_findings() {
  if (recording()) return;  // add_finding() did
  for (std::size_t& said = program().said; said < program().findings.size(); ++said) {
    if (said > 0) std::fputs("\n", stderr);
    std::fputs(program().findings[said]["text"].c_str(), stderr);
  }
}

void end_program() {
  end_of_program();
  std::_Exit(1);
}

void run(KernelName kernel, const Configuration& configuration, simulator::Invoke invoke, void* arguments,
         std::size_t argument_bytes, const PointerArgument* pointers, std::size_t pointer_count) {
  name_arguments(kernel.name, pointers, pointer_count);
  program().last_launch = configuration;
  try {
    const simulator::Geometry geometry(configuration.grid, configuration.block, configuration.shared_bytes, false,
                                       configuration.where);
    check_shared_bytes(kernel, configuration);
    const auto launch = [&] {
      simulator::run_grid({kernel.name, geometry, invoke, arguments, argument_bytes, true, nullptr, nullptr});
    };
    if (counting())
      count_launch(kernel.name, launch);
    else if (tracing())
      trace_launch(launch);
    else
      launch();
    add_errors(simulator::take_reports());  // a crash may come, and leave no memory
  } catch (const simulator::LaunchRefused& error) {
    if (program().refused_launch) add_error(*program().refused_launch);
    program().refused_launch = error.explanation;
    failed(error.explanation.code == "M29" ? cudaErrorInvalidValue : cudaErrorInvalidConfiguration);
  } catch (const simulator::SimError& error) {
    auto reports = simulator::take_reports();
    if (error.explanation.code == "M25") reports.clear();  // who waits in a loop races for what it waits for
    // A thread that reads a copy too early has mostly forgotten to wait for it, too.
    const bool follows = error.explanation.code == "M23" && !reports.empty();
    if (!error.explanation.what.empty() && !follows)
      reports.push_back({"", kernel.name, "", error.explanation});
    else if (!error.explanation.reported && reports.empty())
      add_error(error.what());
    add_errors(std::move(reports));
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
