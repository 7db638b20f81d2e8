// bench_compare_test.cpp - `bench --compare` as a gate for CI: regressions, incomparable cases, exit status.
#include "apps/bench/bench_compare.h"

#include "engine/core/error.h"
#include "tests/apps/program.h"
#include "tests/support/damaged_json.h"

namespace gs::test {
namespace {

using Json = nlohmann::ordered_json;

Json bench_case(const std::string& name, double median, double low, double high) {
  return {{"case", name},        {"device", "cpu"}, {"precision", "fp32"}, {"threads", 2},
          {"median_us", median}, {"p10_us", low},   {"p90_us", high}};
}
Json record(const std::vector<Json>& cases, const std::string& machine = "a machine") {
  return {{"machine", {{"device", {{"description", machine}}}}}, {"cases", cases}};
}

int regressions(const Json& before, const Json& now, double tolerance = 5) {
  return apps::compare_benches(record({before}), record({now}), tolerance).regressions;
}

TEST(BenchCompare, ARegressionIsBeyondToleranceAndSpread) {
  const Json before = bench_case("lenet:32:8", 100, 98, 103);
  EXPECT_EQ(regressions(before, bench_case("lenet:32:8", 110, 108, 112)), 1);
  EXPECT_EQ(regressions(before, bench_case("lenet:32:8", 104, 103.5, 105)), 0);  // below the tolerance
  EXPECT_EQ(regressions(before, bench_case("lenet:32:8", 104, 103.5, 105), 3), 1);
  EXPECT_EQ(regressions(before, bench_case("lenet:32:8", 110, 99, 130)), 0);  // 100 lies within its spread
  EXPECT_EQ(regressions(before, bench_case("lenet:32:8", 50, 48, 52)), 0);    // faster
}

TEST(BenchCompare, SaysWhatIsNotComparable) {
  const auto c = apps::compare_benches(
      record({bench_case("lenet:32:8", 1, 1, 1), bench_case("mlp:2:8", 1, 1, 1)}),
      record({bench_case("lenet:32:8", 1, 1, 1), bench_case("alexnet:8:8", 1, 1, 1)}, "another machine"), 5);
  ASSERT_EQ(c.notes.size(), 3u);
  EXPECT_NE(c.notes[0].find("another machine"), std::string::npos);
  EXPECT_NE(c.notes[1].find("alexnet:8:8 on cpu"), std::string::npos);
  EXPECT_NE(c.notes[2].find("not measured now: mlp:2:8"), std::string::npos);
  EXPECT_EQ(c.compared, 1);
}

TEST(BenchCompare, IsAGate) {
  const ScratchFolder folder;
  const std::vector<std::string> measure = {"bench", "mlp:1:2", "--device", "cpu", "--steps", "9", "--threads", "1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), measure.begin(), measure.end());
    return run_program(folder.path(), more);
  };
  const Outcome json = with({"--json"});
  ASSERT_EQ(json.status, 0) << json.err;
  Json record = Json::parse(json.out);
  const auto store = [&](double factor) {
    Json changed = record;
    for (const char* key : {"median_us", "p10_us", "p90_us"})
      changed["cases"][0][key] = factor * record["cases"][0][key].get<double>();
    write_text(folder / "before.json", changed.dump());
  };
  store(1000);  // slower than any case
  const Outcome good = with({"--compare", "before.json"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_NE(good.out.find("faster"), std::string::npos) << good.out;
  store(0.001);
  const Outcome bad = with({"--compare", "before.json", "--tolerance", "50"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.out.find("slower by more than 50%"), std::string::npos) << bad.out;
  EXPECT_NE(bad.err.find("1 of 1 case is slower"), std::string::npos) << bad.err;
  // Without named cases the recorded ones are measured. With --json, standard output holds only JSON.
  const Outcome again = run_program(folder.path(), {"bench", "--compare", "before.json", "--steps", "9", "--json"});
  EXPECT_EQ(again.status, 1) << again.err;
  const Json now = Json::parse(again.out)["cases"][0];
  EXPECT_EQ(now["case"], "mlp:1:2");
  EXPECT_EQ(now["device"], "cpu");
  EXPECT_EQ(now["threads"], 1);
}

TEST(BenchCompare, SaysWhatIsWrongWithAFile) {
  const ScratchFolder folder;
  write_text(folder / "broken.json", "{");
  write_text(folder / "other.json", "{\"cases\": [1]}");
  write_text(folder / "empty.json", record({}).dump());
  write_text(folder / "zero.json", record({bench_case("lenet:32:8", 0, 0, 0)}).dump());
  write_text(folder / "model.json", record({bench_case("lanet:32:8", 1, 1, 1)}).dump());
  write_text(folder / "case.json", record({bench_case("lenet", 1, 1, 1)}).dump());
  Json other_device = bench_case("mlp:2:8", 1, 1, 1);
  other_device["device"] = "sim";
  write_text(folder / "mixed.json", record({bench_case("lenet:32:8", 1, 1, 1), other_device}).dump());
  for (const auto& [file, reason] :
       {std::pair{"nowhere.json", "no such file"},
        {"broken.json", "not valid JSON"},
        {"other.json", "'machine' is missing; 'gridstride bench --json' prints a valid file"},
        {"empty.json", "holds no cases"},
        {"zero.json", "the median_us of lenet:32:8 must be above 0"},
        {"model.json", "unknown model 'lanet'"},
        {"case.json", "invalid case 'lenet'"},
        {"mixed.json", "differ in device: give --device"}})
    expect_one_line(run_program(folder.path(), {"bench", "--compare", file}), 2, {"--compare", file, reason});
  expect_one_line(run_program(folder.path(), {"bench", "--tolerance", "3"}), 2, {"--tolerance belongs to --compare"});
}

TEST(BenchCompare, EveryFieldOfAFileIsChecked) {
  const ScratchFolder folder;
  const Json whole = record({bench_case("lenet:32:8", 1, 1, 1), bench_case("mlp:2:8", 1, 1, 1)});
  for_each_damage(whole, [&](const Json& damaged, const std::string& what) {
    write_text(folder / "before.json", damaged.dump());
    try {
      const Json before = apps::read_bench(folder / "before.json");
      apps::compare_benches(before, whole, 5);
      for (const char* key : {"device", "precision", "threads"}) apps::common_value(before, key);
      EXPECT_LE(before["cases"][0]["threads"], 4096) << what;
    } catch (const UsageError& error) {
      EXPECT_EQ(library_words(error.what()), "") << what << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find("before.json"), std::string::npos) << what << ": " << error.what();
    }
  });
}

}  // namespace
}  // namespace gs::test
