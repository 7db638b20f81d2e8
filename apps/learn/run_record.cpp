// run_record.cpp - the entries of a recorded run as JSON.
#include "apps/learn/run_record.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "apps/learn/compiled.h"
#include "apps/learn/counts/counted_run.h"
#include "apps/learn/given_path.h"
#include "apps/learn/recorded_run.h"
#include "engine/core/parse_number.h"
#include "kernels/common/check.h"
#include "kernels/sim/json.h"

namespace gs::learn {
namespace {

using simulator::Json;
using simulator::json_array;
using simulator::json_bool;
using simulator::json_null;
using simulator::json_number;
using simulator::json_object;
using simulator::json_real;
using simulator::json_string;
using textbook::Entry;
using Members = std::vector<std::pair<std::string_view, Json>>;

/// "12" as a number, everything else as a string.
Json number_or_string(const std::string& text) {
  const auto number = parse_number<std::int64_t>(text);
  return number && std::to_string(*number) == text ? json_number(*number) : json_string(text);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// "3 0 0 232 0 0 12 reads"
Json thread_of(const std::string& line) {
  std::istringstream stream(line);
  std::int64_t at[7] = {};
  std::string does;
  for (std::int64_t& number : at) stream >> number;
  stream >> does;
  const auto three = [&](int first) {
    return json_array({json_number(at[first]), json_number(at[first + 1]), json_number(at[first + 2])});
  };
  Members members = {{"block", three(0)}, {"thread", three(3)}, {"does", json_string(does)}};
  if (at[6] > 0) members.emplace_back("line", json_number(at[6]));
  return json_object(members);
}

class RunRecord {
 public:
  RunRecord(std::string file, const std::string& gpu)
      : file_(std::move(file)), gpu_(gpu.empty() ? textbook::usual_gpu() : *textbook::gpu_named(gpu)) {}

  Json compiler_refused(const std::string& text) const { return record(false, text, {}, {}); }

  /// `counted`: the entries of the program's second run, if its costs were counted.
  Json ran(const std::string& compiler, const RecordedRun& run, const std::vector<Entry>* counted) const {
    Members more;
    std::vector<Entry> entries = run.entries;
    if (counted) {
      more.emplace_back("kernels", kernels(*counted));
      for (const Entry& entry : *counted)  // notes about costs are new, those of the run itself come again
        if (std::none_of(entries.begin(), entries.end(), [&](const Entry& e) { return e.fields == entry.fields; }))
          entries.push_back(entry);
    }
    return record(true, compiler, {&run.ended, &entries}, std::move(more));
  }

 private:
  struct Ran {
    const simulator::Ended* ended = nullptr;
    const std::vector<Entry>* entries = nullptr;
  };

  Json record(bool compiled, const std::string& compiler, Ran ran, Members more) const {
    Members members = {{"schema", json_string("gridstride.run/1")},
                       {"file", json_string(file_)},
                       {"compiled", json_bool(compiled)},
                       {"compiler", json_string(compiler)}};
    const simulator::Ended none;
    const simulator::Ended& ended = ran.ended ? *ran.ended : none;
    members.emplace_back("status", ran.ended && ended.signal == 0 ? json_number(ended.status) : json_null());
    members.emplace_back("signal", ended.signal != 0 ? json_number(ended.signal) : json_null());
    members.emplace_back("stdout", json_string(ended.text));
    members.emplace_back("stderr", json_string(ended.errors));
    members.emplace_back("output_cut", json_bool(ended.cut));
    std::vector<Json> findings, notes;
    if (ran.entries)
      for (const Entry& entry : *ran.entries)
        if (entry.kind == "finding") (entry["severity"] == "note" ? notes : findings).push_back(finding(entry));
    members.emplace_back("findings", json_array(findings));
    members.emplace_back("notes", json_array(notes));
    members.insert(members.end(), more.begin(), more.end());
    return json_object(members);
  }

  Json text(const std::string& value) const { return json_string(with_given_paths(value, file_)); }

  Json finding(const Entry& entry) const {
    std::vector<Json> facts, threads;
    for (const std::string& fact : lines_of(entry["facts"])) facts.push_back(text(fact));
    for (const std::string& line : lines_of(entry["threads"])) threads.push_back(thread_of(line));
    const std::vector<std::string> pairs = lines_of(entry["values"]);
    Members values;
    for (const std::string& pair : pairs) {
      const auto equals = pair.find('=');
      values.emplace_back(std::string_view(pair).substr(0, equals), number_or_string(pair.substr(equals + 1)));
    }
    return json_object({{"severity", text(entry["severity"])},
                        {"code", entry["code"].empty() ? json_null() : text(entry["code"])},
                        {"file", entry["file"].empty() ? json_null() : text(entry["file"])},
                        {"line", number_or_null(entry["line"])},
                        {"column", number_or_null(entry["column"])},
                        {"what", text(entry["what"])},
                        {"facts", json_array(facts)},
                        {"advice", text(entry["advice"])},
                        {"threads", json_array(threads)},
                        {"values", json_object(values)}});
  }
  /// 0 and nothing are unknown.
  static Json number_or_null(const std::string& text) {
    const auto number = parse_number<std::int64_t>(text);
    return number && *number > 0 ? json_number(*number) : json_null();
  }

  /// The kernels, each with the lines that follow it.
  Json kernels(const std::vector<Entry>& entries) const {
    std::vector<Json> kernels, lines;
    Members kernel;
    const auto close = [&] {
      if (kernel.empty()) return;
      kernel.emplace_back("lines", json_array(std::exchange(lines, {})));
      kernels.push_back(json_object(std::exchange(kernel, {})));
    };
    for (const Entry& entry : entries) {
      if (entry.kind == "kernel") {
        close();
        kernel = all_fields(entry);
        if (needs_of(entry).block.threads > 0) kernel.emplace_back("gpu", bounds(needs_of(entry)));
      } else if (entry.kind == "line") {
        lines.push_back(json_object(all_fields(entry)));
      }
    }
    close();
    return json_array(kernels);
  }
  /// As bound_lines() says them.
  Json bounds(const textbook::KernelNeeds& needs) const {
    const Occupancy found = occupancy(gpu_.multiprocessor(), needs.block);
    return json_object({{"name", json_string(gpu_.name)},
                        {"memory_bytes", json_number(needs.memory_bytes)},
                        {"least_seconds", json_real(textbook::least_seconds(gpu_, needs.memory_bytes))},
                        {"most_occupancy", json_real(found.part)},
                        {"most_blocks_of_an_sm", json_number(found.blocks)}});
  }
  Members all_fields(const Entry& entry) const {
    Members members;
    for (const auto& [name, value] : entry.fields)
      members.emplace_back(name, name == "name" || name == "file" ? text(value) : number_or_string(value));
    return members;
  }

  std::string file_;  ///< as it was given
  const textbook::Gpu& gpu_;
};

}  // namespace

int print_run_record(const RunFlags& flags) {
  const RunRecord record(flags.program[0], flags.gpu);
  const auto print = [](const Json& json) { std::printf("%s\n", json.text.c_str()); };
  std::string compiler;
  std::vector<std::string> program = flags.program;
  try {
    program[0] = compiled(flags.program[0], For::run, "", compiler).string();
  } catch (const Error& error) {
    const std::string why = with_given_paths(error.what(), flags.program[0]) + "\n";
    print(record.compiler_refused(compiler.empty() ? why : compiler));
    return 1;
  }
  const RecordedRun run = recorded_run(program, simulator::Keep::both);
  const bool failed = run.ended.signal != 0 || run.ended.status != 0;
  if (flags.count && !failed) {
    const std::vector<Entry> counted = counted_run(program).entries;  // the same on a machine with nvcc
    print(record.ran(compiler, run, &counted));
  } else {
    print(record.ran(compiler, run, nullptr));
  }
  return run.ended.signal != 0 ? 1 : run.ended.status;
}

}  // namespace gs::learn
