// bench.cpp - `gridstride bench`: time of one training step, as a table or as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/bench/bench_case.h"
#include "apps/bench/bench_compare.h"
#include "apps/cli/arguments.h"
#include "apps/cli/device_flag.h"
#include "apps/cli/help.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/machine.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/pretty_json.h"
#include "engine/core/version.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

struct BenchOptions {
  std::vector<std::string> names;  ///< names of the cases
  std::string device = "auto", implementation = "auto";
  std::optional<std::string> precision;
  int threads = 0;
  bool retune = false, epoch_loop = false;
  BenchLimits limits;
  bool ops = false, json = false;
  std::optional<std::string> compare;
  nlohmann::ordered_json before;  ///< the record of --compare
  double tolerance = 5;
};

/// Without CASE the file's cases are measured, on its device, in its precision, with its threads, unless flags override
/// them.
void take_recorded(BenchOptions& o, const Arguments& a) {
  for (const auto& c : o.before["cases"]) o.names.push_back(c["case"]);
  const auto recorded = [&](const std::string& key, auto& value) {
    if (a.given("--" + key)) return;
    const auto common = common_value(o.before, key.c_str());
    if (!common) throw UsageError(fmt::format("--compare {}: its cases differ in {}: give --{}", *o.compare, key, key));
    value = common->get<std::remove_reference_t<decltype(value)>>();
  };
  std::string precision;
  recorded("device", o.device);
  recorded("precision", precision);
  recorded("threads", o.threads);
  if (!precision.empty()) o.precision = precision;
}

bool parse_bench_words(const Words& words, BenchOptions& o) {
  Arguments a("bench [CASE...] [flags]",
              "Measures the time of one training step, on images of the size that the network was made for. A case is "
              "model:base:batch, and a base of - is the network's default; lenet:32:8 if none is given.");
  a.positional("cases", o.names);
  a.section("Measurement");
  a.value("--seconds", o.limits.seconds, "time to measure each case for", positive_number(), "X");
  a.value("--steps", o.limits.steps, "measure exactly this many steps instead", whole_number(1), "N").default_str("");
  a.flag("--ops", o.ops, "also time each operation of the step, run one by one");
  a.flag("--json", o.json, "print JSON on standard output, and nothing else there");
  a.section("Comparison");
  a.value("--compare", o.compare,
          "compare with the output of an earlier bench --json; exit status 1 if a case is slower by more than the "
          "tolerance and beyond the spread. Without CASE: the cases of FILE, on its device, in its precision, with its "
          "threads",
          some_text(), "FILE");
  a.value("--tolerance", o.tolerance, "allowed slowdown, in per cent", number_at_least_0(), "PCT");
  a.section("Machine");
  add_device_flag(a, o.device);
  a.choice("--precision", o.precision, precision_text, {"fp32", "tf32", "bf16"}).default_str("tf32 on cuda, else fp32");
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.value("--impl", o.implementation, "auto, default, own, library, or \"call=implementation\" entries, as in train",
          some_text(), "TABLE");
  a.flag("--retune", o.retune, "discard the measurements of --impl auto and repeat them");
  a.flag("--epoch-loop", o.epoch_loop, "repeat training steps by a loop on the device, as in train");
  if (!a.parse(words)) return false;
  if (a.given("--tolerance") && !o.compare) throw UsageError("--tolerance belongs to --compare");
  if (o.compare) o.before = read_bench(*o.compare);
  if (o.compare && o.names.empty()) take_recorded(o, a);
  if (o.names.empty()) o.names = {"lenet:32:8"};
  return true;
}

std::string op_table(const std::vector<OpTime>& ops) {
  constexpr auto row = "  {:<24} {:<16} {:>10} {:>6} {:>9} {:>8}\n";
  double sum = 0;
  for (const OpTime& op : ops) sum += op.median_us;
  std::string out = fmt::format(row, "operation", "implementation", "median us", "share", "GFLOP/s", "GB/s");
  for (const OpTime& op : ops)
    out += fmt::format(row, op.name, op.implementation, fmt::format("{:.1f}", op.median_us),
                       fmt::format("{:.1f}%", 100 * op.median_us / sum),
                       fmt::format("{:.1f}", op.cost.flops / op.median_us / 1e3),
                       fmt::format("{:.1f}", op.cost.bytes / op.median_us / 1e3));
  return out + fmt::format(row, "sum", "", fmt::format("{:.1f}", sum), "", "", "");
}

nlohmann::ordered_json case_record(const BenchCase& c, const Device& device, const Program& program,
                                   const StepTimes& t) {
  return {{"case", c.text},
          {"device", device.name()},
          {"precision", to_string(program.recipe().precision)},
          {"threads", device.threads()},
          {"median_us", t.median_us},
          {"p10_us", t.p10_us},
          {"p90_us", t.p90_us},
          {"samples_per_s", t.samples_per_s},
          {"measurements", t.measured},
          {"steps_per_measurement", t.steps_each},
          {"steps", t.steps},
          {"implementations", program.implementations()}};
}

nlohmann::ordered_json ops_record(const std::vector<OpTime>& ops) {
  auto list = nlohmann::ordered_json::array();
  for (const OpTime& op : ops)
    list.push_back({{"name", op.name},
                    {"implementation", op.implementation},
                    {"median_us", op.median_us},
                    {"flops", op.cost.flops},
                    {"bytes", op.cost.bytes}});
  return list;
}

/// Returns 0, or throws Error if a case became slower. With --json standard output holds the JSON only.
int print_comparison(const nlohmann::ordered_json& now, const BenchOptions& o) {
  const BenchComparison c = compare_benches(o.before, now, o.tolerance);
  std::FILE* out = o.json ? stderr : stdout;
  if (!o.json) print_text("\n");
  print_text(c.text, out);
  for (const std::string& note : c.notes) print_message("--compare: " + note);
  if (c.compared == 0)
    throw Error(fmt::format("--compare {}: it has none of the cases that were measured", *o.compare));
  if (c.regressions == 0) return 0;
  throw Error(fmt::format("--compare {}: {} of {} {} slower by more than {:g} % and beyond the spread", *o.compare,
                          c.regressions, plural(c.compared, "case"), c.regressions == 1 ? "is" : "are", o.tolerance));
}

}  // namespace

int bench_command(const Words& words) {
  BenchOptions o;
  if (!parse_bench_words(words, o)) return 0;
  std::vector<BenchCase> cases;
  for (const std::string& name : o.names) cases.push_back(parse_case(name));
  TrainOptions implementation;
  implementation.implementation = o.implementation;
  implementation.retune = o.retune;
  const ImplementationChoice choice = choose_implementations(implementation);
  const auto device = open_device_and_say({.name = o.device, .threads = o.threads, .tf32 = tf32_allowed(o.precision)});
  const Precision precision = choose_precision(o.precision, device->name());

  auto records = nlohmann::ordered_json::array();
  constexpr auto row = "{:<16} {:>11} {:>11} {:>11} {:>13} {:>7}\n";
  if (!o.json) {
    const VersionInfo& v = version_info();
    const std::string header =
        fmt::format("{}: {}, {}; gridstride {}", device->name(), device->description(),
                    precision_words(to_string(precision), device->name()), v.commit.empty() ? v.version : v.commit);
    print_text(wrapped(header, terminal_width(stdout)) + "\n\n");
    print_text(fmt::format(row, "case", "median us", "p10 us", "p90 us", "samples/s", "steps"));
  }
  for (const BenchCase& c : cases) {
    BenchRun run(c, *device, precision, choice);
    run.program().use_epoch_loops(o.epoch_loop);
    const StepTimes times = run.measure(o.limits);
    std::vector<OpTime> ops;
    if (o.ops) ops = run.measure_ops(o.limits);
    records.push_back(case_record(c, *device, run.program(), times));
    if (o.ops) records.back()["ops"] = ops_record(ops);
    if (o.json) continue;
    print_text(fmt::format(row, c.text, fmt::format("{:.1f}", times.median_us), fmt::format("{:.1f}", times.p10_us),
                           fmt::format("{:.1f}", times.p90_us), fmt::format("{:.1f}", times.samples_per_s),
                           times.steps));
    if (o.ops) print_text(fmt::format("\n{}\n", op_table(ops)));
    flush_output();
  }
  nlohmann::ordered_json machine = machine_facts();
  machine["device"] = device_facts(*device);
  machine["versions"] = version_facts();
  machine["time"] = utc_now();
  const nlohmann::ordered_json record = {{"machine", machine}, {"cases", records}};
  if (o.json) print_as_it_is(pretty(record) + "\n");
  return o.compare ? print_comparison(record, o) : 0;
}

}  // namespace gs::apps
