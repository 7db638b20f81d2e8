// profile_files_test.cpp - profile.json written and read back, the trace in the format of its viewers, the terminal's
// tables, the comparison of two profiles.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "apps/cli/fitted_table.h"
#include "apps/profile/ncu_command.h"
#include "apps/profile/profile_diff.h"
#include "apps/profile/profile_files.h"
#include "apps/profile/profile_json.h"
#include "apps/profile/profile_table.h"
#include "apps/profile/trace_events.h"
#include "engine/core/error.h"
#include "tests/apps/program.h"
#include "tests/support/damaged_json.h"
#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

using Json = nlohmann::ordered_json;

// ---- profile.json ----

class RoundTrip : public ::testing::TestWithParam<Profile (*)()> {};

TEST_P(RoundTrip, KeepsEveryField) {
  const Profile p = GetParam()();
  const Json json = apps::profile_to_json(p);
  const Profile back = apps::profile_from_json(Json::parse(json.dump()));
  EXPECT_EQ(apps::profile_to_json(back), json);
  // One list of fields both writes and reads, so the comparison above would not show a missing field.
  EXPECT_EQ(back.model, p.model);
  EXPECT_EQ(back.run, p.run);
  EXPECT_EQ(back.flags, p.flags);
  EXPECT_EQ(back.source, p.source);
  EXPECT_EQ(back.source_note, p.source_note);
  EXPECT_EQ(back.peaks.tf32_flops_per_s, p.peaks.tf32_flops_per_s);
  EXPECT_EQ(back.peaks.date, p.peaks.date);
  ASSERT_EQ(back.ops.size(), p.ops.size());
  for (std::size_t i = 0; i < p.ops.size(); ++i) {
    EXPECT_EQ(back.ops[i].pass, p.ops[i].pass);
    EXPECT_EQ(back.ops[i].cost.bytes, p.ops[i].cost.bytes);
    EXPECT_EQ(back.ops[i].us.high, p.ops[i].us.high);
    EXPECT_EQ(back.ops[i].thread_us, p.ops[i].thread_us);
    EXPECT_EQ(back.ops[i].tensor_cores, p.ops[i].tensor_cores);
    EXPECT_EQ(back.ops[i].kernels.size(), p.ops[i].kernels.size());
    EXPECT_EQ(back.ops[i].candidates.size(), p.ops[i].candidates.size());
    ASSERT_EQ(back.ops[i].counts.has_value(), p.ops[i].counts.has_value());
    if (p.ops[i].counts) {
      EXPECT_EQ(back.ops[i].counts->bank_conflicts, p.ops[i].counts->bank_conflicts);
      EXPECT_EQ(back.ops[i].counts->lines.size(), p.ops[i].counts->lines.size());
    }
  }
  EXPECT_EQ(back.sums.host_us, p.sums.host_us);
  ASSERT_EQ(back.timeline.size(), p.timeline.size());
  if (!p.timeline.empty()) {
    EXPECT_EQ(back.timeline[1].events.back().start_us, p.timeline[1].events.back().start_us);
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, RoundTrip, ::testing::Values(&made_profile, &made_counts, &made_gpu_profile));

TEST(ProfileJson, TakesThePeaksUnderTheirFormerName) {
  const Profile p =
      apps::read_profile(GRIDSTRIDE_SOURCE_DIR "/bench/results/2026-11-27-profile-cpu-quiet.json");  // "roof"
  EXPECT_NEAR(p.peaks.copy_bytes_per_s, 31.1e9, 0.1e9);
}

void expect_refused(const std::string& text, const std::string& reason) {
  const ScratchFolder folder;
  write_text(folder / "a.json", text);
  try {
    apps::read_profile(folder / "a.json");
    FAIL() << "it was taken";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("a.json"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
  }
}

TEST_P(RoundTrip, EveryFieldOfAFileIsChecked) {
  const Profile p = GetParam()();
  for_each_damage(apps::profile_to_json(p), [&](const Json& damaged, const std::string& what) {
    try {
      const Profile other = apps::profile_from_json(Json::parse(damaged.dump()));
      if (other.source == p.source) apps::profile_diff(p, other, 120);
    } catch (const Error& error) {
      EXPECT_EQ(library_words(error.what()), "") << what << ": " << error.what();
    }
  });
}

TEST(ProfileJson, SaysWhatIsWrongWithAFile) {
  expect_refused("{", "is not valid JSON");
  expect_refused("[1]", "not a profile of gridstride");
  expect_refused("{\"gridstride_profile\": 99}", "format 99");
  Json json = apps::profile_to_json(made_profile());
  json.erase("sums");
  expect_refused(json.dump(), "it lacks 'sums'");
  json = apps::profile_to_json(made_profile());
  json["ops"][2]["us"]["median"] = "fast";
  expect_refused(json.dump(), "ops[2].us.median must be a number");
  json = apps::profile_to_json(made_profile());
  json["ops"][2]["pass"] = "sideways";
  expect_refused(json.dump(), "ops[2].pass must be one of gather, forward, ");
  json = apps::profile_to_json(made_profile());
  json["ops"][1].erase("us");
  expect_refused(json.dump(), "it lacks 'ops[1].us'");
  json = apps::profile_to_json(made_profile());
  json["peaks"]["measured_now"] = 3.5;
  expect_refused(json.dump(), "peaks.measured_now must be true or false");
  json = apps::profile_to_json(made_profile());
  json["flags"] = "lenet";
  expect_refused(json.dump(), "flags must be a list of texts");
  json = apps::profile_to_json(made_profile());
  json["timeline"] = 1;
  expect_refused(json.dump(), "timeline must be a list");
  json = apps::profile_to_json(made_profile());
  json["timeline"][0]["events"][0]["op"] = 5;
  expect_refused(json.dump(), "op 5");
  EXPECT_THROW(apps::read_profile("nowhere/profile.json"), UsageError);
}

// ---- trace.json ----

/// Checks the rules of the JSON object format that Perfetto and chrome://tracing read.
void expect_valid_trace(const Json& trace) {
  ASSERT_TRUE(trace["traceEvents"].is_array());
  double last_start = 0;
  std::map<int, std::vector<double>> open;  // by thread: ends of the enclosing events
  for (const Json& e : trace["traceEvents"]) {
    for (const char* key : {"name", "ph", "pid", "tid", "ts"}) ASSERT_TRUE(e.contains(key)) << key << ": " << e;
    ASSERT_TRUE(e["name"].is_string() && e["pid"].is_number_integer() && e["tid"].is_number_integer()) << e;
    if (e["ph"] == "M") continue;
    ASSERT_EQ(e["ph"], "X") << e;
    const double start = e["ts"], duration = e["dur"];
    ASSERT_GE(start, last_start) << e;
    ASSERT_GE(duration, 0) << e;
    last_start = start;
    std::vector<double>& ends = open[e["tid"]];
    while (!ends.empty() && ends.back() <= start + 1e-9) ends.pop_back();
    if (!ends.empty()) {
      EXPECT_LE(start + duration, ends.back() + 1e-6) << "overlaps without nesting: " << e;
    }
    ends.push_back(start + duration);
  }
}

TEST(Trace, IsWhatViewersRead) {
  for (const Profile& p : {made_profile(), made_gpu_profile()}) {
    const ScratchFolder folder;
    apps::write_profile_files(folder.path() / "deeper" / "still", p);
    const Json trace = Json::parse(text_of(folder / "deeper/still/trace.json"));
    expect_valid_trace(trace);
    int steps = 0, ops = 0;
    for (const Json& e : trace["traceEvents"])
      if (e["ph"] == "X") e["tid"] == 0 ? ++steps : ++ops;
    EXPECT_EQ(steps, 2);
    EXPECT_EQ(ops, int(p.timeline[0].events.size() + p.timeline[1].events.size()));
  }
}

TEST(Trace, NamesOpsAndTheirKernels) {
  const Json trace = apps::trace_events(made_gpu_profile());
  const std::string text = trace.dump();
  EXPECT_NE(text.find("\"conv1 forward: conv1_kernel\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"ops at the same time, 2\""), std::string::npos);
}

TEST(Trace, StaysBelowTenMegabytes) {
  Profile p = made_profile();
  for (TimelineStep& step : p.timeline) {
    const TimelineEvent event = step.events[0];
    step.events.assign(30'000, event);
    for (std::size_t i = 0; i < step.events.size(); ++i)
      step.events[i] = {int(i % 5), "a_kernel_with_quite_a_long_name", 0, 0.03 * double(i), 0.02};
  }
  const Json trace = apps::trace_events(p);
  expect_valid_trace(trace);
  EXPECT_LT(trace.dump().size(), 10'000'000u);
  EXPECT_GT(trace["traceEvents"].size(), 30'000u);
  EXPECT_LT(trace["traceEvents"].size(), 40'000u);  // the second step did not fit
}

TEST(Trace, ClocksThatDisagreeALittleStillNest) {
  Profile p = made_profile();
  TimelineStep& step = p.timeline[0];
  step.events = {{1, "", 0, 10, 50}, {1, "kernel", 0, 20, 40.5}, {2, "", 0, 60.4, 5}};
  expect_valid_trace(apps::trace_events(p));
}

// ---- the terminal ----

int widest_line(const std::string& text) {
  int widest = 0;
  for (const std::string& line : lines_of(text)) widest = std::max(widest, int(line.size()));
  return widest;
}

TEST(FittedTable, LeavesOutWhatMattersLeast) {
  const std::vector<apps::TableColumn> columns = {{"name", 0, true}, {"first", 1}, {"second", 2}};
  const std::vector<apps::TableRow> rows = {{"a", "1", "2"}, {}, {"bb", "10", "20"}};
  EXPECT_EQ(apps::fitted_table(columns, rows, 80),
            "name  first  second\na         1       2\n-------------------\nbb       10      20\n");
  std::vector<std::string> left_out;
  EXPECT_EQ(apps::fitted_table(columns, rows, 18, &left_out), "name  first\na         1\n-----------\nbb       10\n");
  EXPECT_EQ(left_out, std::vector<std::string>{"second"});
  EXPECT_EQ(apps::fitted_table(columns, rows, 1), "name\na\n----\nbb\n");
}

TEST(ProfileTable, FitsTheTerminal) {
  for (const Profile& p : {made_profile(), made_counts(), made_gpu_profile()})
    for (const int width : {60, 80, 120, 200}) EXPECT_LE(widest_line(apps::profile_report(p, width)), width);
}

TEST(ProfileTable, AddsUpToTheStep) {
  const std::string text = apps::profile_report(made_profile(), 120);
  for (const char* part : {"conv1 filter gradient", "all ops", "900.0", "+ gaps between ops", "40.0", "+ host time",
                           "50.0", "+ remainder", "10.0", "= step", "1000.0", "what would save most", "copy 10.0 GB/s",
                           "measured now", "launch", "arithmetic", "bytes"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(ProfileTable, ShowsKernelsWhereThereAreAny) {
  const std::string gpu = apps::profile_report(made_gpu_profile(), 260);
  for (const char* part : {"kernels", "launches", "conv1_kernel + sum_kernel x2", "tensor cores", "occupancy", "75%"})
    EXPECT_NE(gpu.find(part), std::string::npos) << part << "\n" << gpu;
  const std::string cpu = apps::profile_report(made_profile(), 260);
  for (const char* part : {"kernels", "launches", "tensor cores", "occupancy"})
    EXPECT_EQ(cpu.find(part), std::string::npos) << part;
  EXPECT_NE(cpu.find("+30.0 us"), std::string::npos) << cpu;
  EXPECT_NE(cpu.find("  88%  "), std::string::npos) << cpu;  // threads busy: (240 + 180) / 2 / 240
  EXPECT_EQ(gpu.find("threads busy"), std::string::npos);
}

TEST(ProfileTable, OfTheSimulatorHasCounts) {
  const std::string text = apps::profile_report(made_counts(), 160);
  for (const char* part :
       {"sectors/request", "9.09", "beyond ideal", "560", "conflicts", "kernels/a.cu:12", "kernels/a.cu:20", "9.60"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(text.find("median us"), std::string::npos);
}

/// Counts of the plain program: blocks, threads and barriers only.
Profile without_memory() {
  Profile p = made_counts();
  for (OpProfile& op : p.ops) {
    OpCounts c;
    c.blocks = 7, c.threads = 224;
    op.counts = c;
  }
  return p;
}

TEST(ProfileTable, ShowsNoNumberOfWhatWasNotCounted) {
  const std::string text = apps::profile_report(without_memory(), 80);
  for (const char* part : {"blocks", "threads", "barriers", "224"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  for (const char* part : {"sectors", "conflicts", "stands out", "save most"})
    EXPECT_EQ(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(ProfileTable, NamesTheColumnsThatHadNoRoom) {
  const std::string text = apps::profile_report(made_counts(), 80);
  EXPECT_NE(text.find("(not shown in 80 columns: conflicts/request, "), std::string::npos) << text;
  EXPECT_NE(text.find("\na.cu:12 "), std::string::npos) << "kernels/ goes without saying: " << text;
}

TEST(ProfileTable, SaysWhatWasEmulatedAndWhichRun) {
  Profile p = made_profile();
  EXPECT_EQ(apps::profile_report(p, 120).find("emulated"), std::string::npos);
  p.precision = "bf16", p.run = "runs/a", p.sampled_steps = 1;
  const std::string text = apps::profile_report(p, 120);
  for (const char* part : {"bf16 (emulated:", "lenet (runs/a), base 32", "; 1 step by"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(ProfileFiles, ATraceOfAnEarlierProfileGoes) {
  const ScratchFolder folder;
  apps::write_profile_files(folder.path(), made_profile());
  apps::write_profile_files(folder.path(), made_counts());
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"profile.html", "profile.json"}));
}

// ---- differences ----

TEST(ProfileDiff, SortsByAbsoluteChangeAndKnowsTheSpread) {
  const Profile a = made_profile();
  Profile b = a;
  b.ops[1].us = {300, 290, 310};  // 100 us faster, beyond 360 to 480
  b.ops[4].us = {119, 101, 125};  // slower, but within 90 to 120
  b.ops[2].us = {190, 180, 200};  // 42 us slower
  b.ops.erase(b.ops.begin());
  b.ops.push_back(made_op("pool2 forward", Pass::forward, 1, 1, 60));
  const auto changes = apps::profile_changes(a, b);
  ASSERT_EQ(changes.size(), 6u);
  EXPECT_EQ(changes[0].name, "conv1 forward");
  EXPECT_DOUBLE_EQ(changes[0].change_us, -100);
  EXPECT_TRUE(changes[0].beyond_spread);
  EXPECT_EQ(changes[1].name, "pool2 forward");
  EXPECT_EQ(changes[2].name, "pool1 forward");
  EXPECT_EQ(changes[3].name, "update");
  EXPECT_FALSE(changes[3].beyond_spread);
  EXPECT_EQ(changes[4].name, "gather");
  EXPECT_DOUBLE_EQ(changes[4].change_us, -2);
  const std::string text = apps::profile_diff(a, b, 120);
  for (const char* part : {"faster", "slower", "new", "gone", "within the spread", "-25.0%", "1 faster, 1 slower"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_EQ(text.find("not the same"), std::string::npos) << text;
}

TEST(ProfileDiff, SaysWhereMachinesOrCasesDiffer) {
  Profile b = made_profile();
  b.device_description = "another machine";
  b.batch = 16;
  const auto lines = apps::differing_circumstances(made_profile(), b);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("lenet:32:8 and lenet:32:16"), std::string::npos);
  EXPECT_NE(lines[1].find("another machine"), std::string::npos);
}

TEST(ProfileDiff, RunsOfOneNetworkAreTheSameCase) {
  Profile a = made_profile(), b = a;
  a.run = "runs/a", b.run = "runs/b";
  EXPECT_TRUE(apps::differing_circumstances(a, b).empty());
  const std::string text = apps::profile_diff(a, b, 120);
  EXPECT_NE(text.find("lenet:32:8 (runs/a) on cpu"), std::string::npos) << text;
  EXPECT_EQ(text.find("sampled step"), std::string::npos) << text;
  b.sampled_steps = 1;
  EXPECT_NE(apps::profile_diff(a, b, 120).find("A has 30 sampled steps, B 1: below 10"), std::string::npos);
}

TEST(ProfileDiff, CountsAreComparedWithCountsOnly) {
  EXPECT_THROW(apps::profile_diff(made_profile(), made_counts(), 80), UsageError);
  Profile b = made_counts();
  b.ops[1].counts->sectors = 500;
  const std::string text = apps::profile_diff(made_counts(), b, 120);
  EXPECT_NE(text.find("-50.0%"), std::string::npos) << text;
}

// ---- ncu ----

TEST(Ncu, ARowIsAStepOrALayer) {
  const std::vector<std::string> steps = {"gather", "conv1 forward", "conv2 forward", "conv2 filter gradient",
                                          "update"};
  EXPECT_EQ(apps::rows_named("conv2", steps), (std::vector<std::string>{"conv2 forward", "conv2 filter gradient"}));
  EXPECT_EQ(apps::rows_named("conv2 forward", steps), std::vector<std::string>{"conv2 forward"});
  EXPECT_EQ(apps::rows_named("update", steps), std::vector<std::string>{"update"});
  EXPECT_THROW(apps::rows_named("conv9", steps), UsageError);
}

TEST(Ncu, AFusedStepHasSeveralLayers) {
  using Names = std::vector<std::string>;
  const Names steps = {"gather",         "conv2 pool2 forward",    "dense1 dropout1 forward", "record metrics",
                       "pool2 backward", "dense1 weight gradient", "conv2 filter gradient",   "update"};
  EXPECT_EQ(apps::rows_named("conv2 forward", steps), Names{"conv2 pool2 forward"});
  EXPECT_EQ(apps::rows_named("pool2", steps), (Names{"conv2 pool2 forward", "pool2 backward"}));
  EXPECT_EQ(apps::rows_named("pool2 backward", steps), Names{"pool2 backward"});
  EXPECT_EQ(apps::rows_named("dropout1", steps), Names{"dense1 dropout1 forward"});
  EXPECT_EQ(apps::rows_named("conv2 pool2", steps), Names{"conv2 pool2 forward"});
  EXPECT_EQ(apps::rows_named("record", steps), Names{"record metrics"});
  const auto message = [&](const std::string& row) -> std::string {
    try {
      apps::rows_named(row, steps);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message("conv2 filter gradent"),
            "--ncu: there is no row 'conv2 filter gradent': did you mean 'conv2 filter gradient'?");
  EXPECT_EQ(message("conv2 forwrd"), "--ncu: there is no row 'conv2 forwrd': did you mean 'conv2 forward'?");
  EXPECT_NE(message("dropout2").find("did you mean 'dropout1'?"), std::string::npos) << message("dropout2");
  EXPECT_NE(message("forward").find("conv2, pool2, dense1, dropout1"), std::string::npos) << message("forward");
}

TEST(Ncu, CommandsRunWithoutAGraph) {
  const std::string text =
      apps::ncu_commands("conv2", {"conv2 forward"}, "/my folder/gridstride", {"lenet", "--impl", "conv1=direct, x"});
  EXPECT_NE(text.find("--nvtx --nvtx-include 'conv2 forward/'"), std::string::npos) << text;
  EXPECT_NE(
      text.find("'/my folder/gridstride' profile lenet --impl 'conv1=direct, x' --device cuda --no-graph --steps 1\n"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("ncu "), 0u);
  EXPECT_NE(text.find("\nnsys profile --trace=cuda,nvtx "), std::string::npos);
}

}  // namespace
}  // namespace gs::test
