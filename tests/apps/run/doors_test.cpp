// doors_test.cpp - runs that start from other weights, freeze layers, or tell scripts of their progress.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/core/safetensors.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;
using Json = nlohmann::ordered_json;

class Doors : public testing::Test {
 protected:
  Outcome run(const Names& words) const { return run_program(folder_.path(), words); }
  void train(const std::string& name, Names more) const {
    more.insert(more.end(), {"--out", name, "--quiet", "--lr", "1e-2"});
    const Outcome outcome = run(tiny_run(more));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  Json record(const std::string& name) const { return Json::parse(text_of(folder_ / name / "run.json")); }
  std::vector<float> values(const std::string& file, const std::string& tensor) const {
    return read_safetensors(folder_ / file).values<float>(tensor);
  }
  ScratchFolder folder_;
};

TEST_F(Doors, ARunStartsFromAnotherFrozenAndIsResumedAndVerified) {
  train("first", {});
  train("second", {"--init-from", "first", "--freeze", "conv*", "--seed", "2", "--epochs", "1"});
  for (const char* tensor : {"conv1.weight", "conv2.bias"})
    EXPECT_EQ(values("second/last.safetensors", tensor), values("first/best.safetensors", tensor)) << tensor;
  EXPECT_NE(values("second/last.safetensors", "dense1.weight"), values("first/best.safetensors", "dense1.weight"));
  const Json of_second = record("second");
  EXPECT_EQ(of_second["frozen"], (Json{"conv1", "conv2"}));
  EXPECT_EQ(of_second["initial_weights"]["taken"], (Json{"conv1", "conv2", "dense1", "dense2"}));
  EXPECT_EQ(of_second["initial_weights"]["left"], Json::array());

  const Outcome verified = run({"verify", "second", "--quiet"});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
  const Outcome resumed = run({"train", "--resume", "second", "--epochs", "2", "--quiet"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(values("second/last.safetensors", "conv1.weight"), values("first/best.safetensors", "conv1.weight"));
  EXPECT_EQ(record("second")["frozen"], of_second["frozen"]);
  EXPECT_EQ(record("second")["initial_weights"], of_second["initial_weights"]);

  // Other weights where the old ones were: a resumed run does not need them, a repeated one does.
  train("first", {"--overwrite", "--seed", "3"});
  expect_one_line(run({"verify", "second", "--quiet"}), 1,
                  {"first no longer holds the weights that second began with"});
  EXPECT_EQ(run({"train", "--resume", "second", "--epochs", "3", "--quiet"}).status, 0);

  // Without them the last epoch is repeated alone.
  std::filesystem::remove_all(folder_ / "first");
  const Outcome rest = run({"verify", "second"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_NE(rest.out.find("left out: it began with the weights of "), std::string::npos) << rest.out;
  EXPECT_NE(rest.out.find("equal"), std::string::npos) << rest.out;
}

TEST_F(Doors, WeightsComeFromAnExportedFileAndTheLastLayerMayDiffer) {
  train("first", {});
  ASSERT_EQ(run({"export", "first", "--format", "safetensors", "--out", "net.safetensors", "--quiet"}).status, 0);
  const Outcome outcome = run(tiny_run({"--init-from", "net.safetensors", "--loss", "softmax", "--freeze", "conv1",
                                        "--out", "second", "--epochs", "1"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(values("second/last.safetensors", "conv1.weight"), values("first/best.safetensors", "conv1.weight"));
  EXPECT_NE(outcome.out.find("weights  conv1, conv2, dense1 from "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("dense2 (dense2.weight is [1, 4] there"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("frozen   conv1: "), std::string::npos) << outcome.out;
}

TEST_F(Doors, WeightsThatDoNotFitAreRefusedAndNothingIsWritten) {
  const auto refused = [&](const std::string& from, const Names& parts) {
    expect_one_line(run(tiny_run({"--init-from", from, "--quiet", "--out", "new"})), 2, parts);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  };
  refused("nowhere", {"--init-from: ", "nowhere"});
  expect_one_line(run(tiny_run({"--init-from", "nowhere", "--explain"})), 2,
                  {"--init-from is for a run; --explain starts none"});
  std::filesystem::create_directory(folder_ / "empty");
  refused("empty", {"--init-from: empty is not the folder of a run with weights"});
  const float value = 1;
  write_safetensors(folder_ / "alien.safetensors", SafeTensors{{make_tensor("fc.weight", {1}, &value, 1)}, {}, ""});
  refused("alien.safetensors", {"--init-from: alien.safetensors: its tensors fit no layer of lenet", "fc.weight [1]"});
}

TEST_F(Doors, WeightsAreFoundAgainUnderANameThatIsNotUtf8) {
  train("fir\xff-st", {"--epochs", "1"});
  train("second", {"--init-from", "fir\xff-st", "--epochs", "1"});
  const Outcome verified = run({"verify", "second"});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_EQ(verified.out.find("left out"), std::string::npos) << verified.out;
}

TEST_F(Doors, ScriptsGetALineOfJsonForTheStartEachEpochAndTheEnd) {
  const Outcome outcome = run(tiny_run({"--json-lines", "--out", "run"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Names lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 4u) << outcome.out;
  const Json start = Json::parse(lines[0]), second = Json::parse(lines[2]), end = Json::parse(lines[3]);
  EXPECT_EQ(start["event"], "start");
  EXPECT_EQ(start["folder"], "run");
  EXPECT_EQ(start["classes"], (Json{"mel", "nev"}));
  EXPECT_EQ(start["training_images"], 16);
  EXPECT_EQ(start["first_epoch"], 1);
  EXPECT_EQ(start["epochs"], 2);
  EXPECT_EQ(second["event"], "epoch");
  EXPECT_EQ(second["epoch"], 2);
  EXPECT_EQ(end["event"], "end");
  EXPECT_EQ(end["status"], "finished");
  for (const char* field : {"loss", "val_loss", "val_accuracy"}) EXPECT_EQ(second[field], end["last"][field]) << field;
  EXPECT_EQ(end["best"], record("run")["results"]["best"]);

  const Outcome resumed = run({"train", "--resume", "run", "--epochs", "3", "--json-lines"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  ASSERT_EQ(lines_of(resumed.out).size(), 3u) << resumed.out;
  EXPECT_EQ(Json::parse(lines_of(resumed.out)[0])["first_epoch"], 3);
  EXPECT_FALSE(record("run")["flags"].contains("json-lines"));
}

TEST_F(Doors, JsonLinesGoWithNothingElseThatIsPrinted) {
  expect_one_line(run(tiny_run({"--json-lines", "--quiet"})), 2, {"--json-lines and --quiet: one at a time"});
  expect_one_line(run(tiny_run({"--json-lines", "--summary"})), 2,
                  {"--json-lines is for a run; --summary starts none"});
  expect_one_line(run({"sweep", "lenet", "--grid", "json-lines=true"}), 2, {"json-lines"});
}

TEST_F(Doors, TensorBoardsFilesAreWrittenByEachStartAndReplacedWithTheRun) {
  if (!GRIDSTRIDE_WITH_EXCHANGE) GTEST_SKIP() << "this build writes no files for TensorBoard";
  const auto events = [&] {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "run"))
      files += entry.path().filename().string().starts_with("events.out.tfevents.");
    return files;
  };
  train("run", {"--tensorboard"});
  EXPECT_EQ(events(), 1);
  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", "3", "--quiet"}).status, 0);
  EXPECT_EQ(events(), 2);
  train("run", {"--overwrite"});
  EXPECT_EQ(events(), 0);
}

}  // namespace
}  // namespace gs::test
