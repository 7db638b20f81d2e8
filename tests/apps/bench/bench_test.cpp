// bench_test.cpp - the JSON of `gridstride bench`, and its table of operations.
#include <nlohmann/json.hpp>

#include "apps/bench/bench_case.h"
#include "engine/core/error.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

TEST(Bench, JsonIsAllThatStandardOutputHolds) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"bench", "lenet:1:2", "mlp:2:3", "--device", "cpu", "--threads",
                                                      "1", "--steps", "7", "--json", "--ops"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json json = nlohmann::json::parse(outcome.out);
  EXPECT_TRUE(json["machine"].contains("cpu"));
  ASSERT_EQ(json["cases"].size(), 2u);
  EXPECT_EQ(json["cases"][0]["case"], "lenet:1:2");
  for (const auto& c : json["cases"]) {
    EXPECT_EQ(c["device"], "cpu");
    EXPECT_EQ(c["measurements"], 7);
    EXPECT_EQ(c["steps_per_measurement"], 1);
    EXPECT_EQ(c["steps"], 7);
    EXPECT_GT(c["p10_us"].get<double>(), 0);
    EXPECT_LE(c["p10_us"].get<double>(), c["median_us"].get<double>());
    EXPECT_LE(c["median_us"].get<double>(), c["p90_us"].get<double>());
    EXPECT_FALSE(c["ops"].empty());
  }
  EXPECT_DOUBLE_EQ(json["cases"][1]["samples_per_s"].get<double>(), 3e6 / json["cases"][1]["median_us"].get<double>());
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});
}

TEST(Bench, TableListsEveryOperation) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_program(folder.path(), {"bench", "lenet:1:1", "--device", "cpu", "--steps", "2", "--ops"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text : {"lenet:1:1", "dense1 forward", "dense2 weight gradient", "update", "GFLOP/s", "GB/s"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text;
}

TEST(Bench, LimitsOpenMpSpinningUnlessTheUserSaysOtherwise) {
  const ScratchFolder folder;
  const std::vector<std::string> words{"bench", "lenet:1:1", "--device", "cpu", "--steps", "1", "--json"};
  const auto openmp = [&](const std::function<void()>& prepare) {
    return nlohmann::json::parse(run_program(folder.path(), words, prepare).out)["machine"]["openmp"];
  };
  EXPECT_EQ(openmp([] {
              unsetenv("OMP_WAIT_POLICY");
              unsetenv("GOMP_SPINCOUNT");
            })["GOMP_SPINCOUNT"],
            "1000");
  const nlohmann::json active = openmp([] {
    setenv("OMP_WAIT_POLICY", "active", 1);
    unsetenv("GOMP_SPINCOUNT");
  });
  EXPECT_EQ(active["OMP_WAIT_POLICY"], "active");
  EXPECT_FALSE(active.contains("GOMP_SPINCOUNT"));
}

TEST(Bench, AGpuIsGivenAWholeEpochBeforeItIsWaitedFor) {
  EXPECT_EQ(apps::steps_between_waits(40e-6), 384);
  EXPECT_EQ(apps::steps_between_waits(1e-3), 384);
  EXPECT_EQ(apps::steps_between_waits(4e-3), 100);
  EXPECT_EQ(apps::steps_between_waits(2.0), 10);
  EXPECT_EQ(apps::steps_between_waits(0), 384);
}

TEST(Bench, ImagesOfLargeCasesStayBelow256MiB) {
  EXPECT_EQ(apps::kept_batches(8 * 128 * 128), 32);
  EXPECT_EQ(apps::kept_batches(256 * 227 * 227 * 3), 6);  // alexnet2012:-:256: 238 MB
  EXPECT_EQ(apps::kept_batches(std::int64_t(1) << 40), 1);
}

TEST(Bench, ACaseTakesWhatItsNetworkWasMadeFor) {
  const apps::BenchCase c = apps::parse_case("alexnet2012:-:256");
  EXPECT_EQ(c.model, "alexnet2012");
  EXPECT_EQ(c.base, 96);
  EXPECT_EQ(c.batch, 256);
  EXPECT_THROW(apps::parse_case("alexnet2012:-:-"), UsageError);
  EXPECT_THROW(apps::parse_case("alexnet2012:--:8"), UsageError);

  const std::unique_ptr<Device> cpu = open_device({.name = "cpu", .threads = 1});
  apps::BenchRun run(apps::parse_case("lenet5:-:4"), *cpu, Precision::fp32, {.rule = "default"});
  EXPECT_EQ(run.program().net().parameter_count(), 61706);
  EXPECT_EQ(run.program().recipe().loss, LossKind::softmax);
  const apps::StepTimes times = run.measure({.steps = 40});  // more steps than batches of images
  EXPECT_GT(times.median_us, 0);
  EXPECT_EQ(times.steps, 40);
}

}  // namespace
}  // namespace gs::test
