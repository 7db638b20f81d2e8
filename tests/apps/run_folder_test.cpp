// run_folder_test.cpp - history.csv there and back, JSON as it is laid out, checkpoints of the wrong net.
#include "engine/train/run_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "apps/pretty_json.h"
#include "apps/train_plan.h"
#include "engine/core/error.h"
#include "models/models.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

TEST(HistoryCsv, ThereAndBack) {
  const std::vector<EpochResult> history{{1, 0.1, 1.0 / 3, 0.7, 0.5, 1e-5, 1.25, 960},
                                         {2, 1e-9, 0.5, 123456.789, 1, 1e-5, 0.125, 1e6}};
  const std::string csv = history_csv(history);
  EXPECT_EQ(lines_of(csv)[1], "1,0.1,0.3333333333333333,0.7,0.5,1e-05,1.25,960");
  const auto back = parse_history_csv(csv);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].accuracy, history[0].accuracy);
  EXPECT_EQ(back[1].loss, history[1].loss);
  EXPECT_EQ(back[1].val_loss, history[1].val_loss);
  EXPECT_EQ(back[1].epoch, 2);
}

TEST(HistoryCsv, DamagedLinesAreNamed) {
  const std::string header = history_csv({});
  EXPECT_TRUE(parse_history_csv(header).empty());
  EXPECT_THROW(parse_history_csv("epoch,loss\n"), Error);
  for (const char* line : {"1,2,3\n", "1,2,3,4,5,6,7,8,9\n", "1,2,3,4,5,6,7,\n", "1,2,x,4,5,6,7,8\n", "\n"}) try {
      parse_history_csv(header + line);
      ADD_FAILURE() << "accepted " << line;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("line 2"), std::string::npos) << e.what();
    }
}

TEST(Checkpoint, OfAnotherNetIsRefusedByName) {
  const ScratchFolder folder;
  ModelOptions small, large;
  small.base = 2, large.base = 3;
  Checkpoint c;
  c.epoch = 4;
  c.parameters.assign(std::size_t(lenet(small).parameter_count()), 0.25f);
  save_checkpoint(folder / "c.safetensors", lenet(small), c);
  const Checkpoint back = load_checkpoint(folder / "c.safetensors", lenet(small));
  EXPECT_EQ(back.epoch, 4);
  EXPECT_EQ(back.parameters, c.parameters);
  EXPECT_FALSE(back.resumable);
  try {
    load_checkpoint(folder / "c.safetensors", lenet(large));
    ADD_FAILURE() << "accepted another net's checkpoint";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("conv1.weight"), std::string::npos) << e.what();
  }
}

TEST(Checkpoint, StateKeepsEveryDigit) {
  const ScratchFolder folder;
  ModelOptions options;
  options.base = 1;
  const Net net = lenet(options);
  Checkpoint c;
  c.parameters.assign(std::size_t(net.parameter_count()), 1);
  c.moment1 = c.moment2 = c.parameters;
  c.resumable = true;
  c.state.seed = 18446744073709551615u;
  c.state.step = 12345678901u;
  c.state.beta1_power = 0.1 + 0.2;
  c.state.beta2_power = 1.0 / 3;
  save_checkpoint(folder / "c.safetensors", net, c);
  const Checkpoint back = load_checkpoint(folder / "c.safetensors", net);
  EXPECT_TRUE(back.resumable);
  EXPECT_EQ(back.state.seed, c.state.seed);
  EXPECT_EQ(back.state.step, c.state.step);
  EXPECT_EQ(back.state.beta1_power, c.state.beta1_power);
  EXPECT_EQ(back.state.beta2_power, c.state.beta2_power);
  EXPECT_EQ(back.moment2, c.moment2);
}

TEST(PrettyJson, ReadsBackAndKeepsListsOnOneLine) {
  const nlohmann::ordered_json json = {
      {"a", {1, 2, 3}}, {"b", {{"text \"x\"\n", nullptr}}}, {"c", nlohmann::ordered_json::array()}, {"d", {{1}, {2}}}};
  const std::string text = apps::pretty(json);
  EXPECT_EQ(nlohmann::ordered_json::parse(text), json);
  EXPECT_NE(text.find("\"a\": [1, 2, 3],\n"), std::string::npos) << text;
}

TEST(Loss, FollowsTheNumberOfClasses) {
  apps::TrainOptions o;
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::bce);
  EXPECT_EQ(apps::choose_loss(o, 3), LossKind::softmax);
  o.loss = "softmax";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::softmax);
  o.loss = "hinge";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::hinge);
  o.output = "sigmoid";
  EXPECT_EQ(apps::choose_loss(o, 2), LossKind::hinge_sigmoid);
  EXPECT_THROW(apps::choose_loss(o, 3), UsageError);
  o.loss = "bce";
  EXPECT_THROW(apps::choose_loss(o, 3), UsageError);
}

TEST(Positive, TurnsLabelsAround) {
  DataSplits data;
  data.classes = {"cat", "dog"};
  data.train.labels = {0, 1, 1};
  data.validation.labels = {1};
  apps::make_positive_one(data, "dog");
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 1}));
  apps::make_positive_one(data, "cat");
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 0, 0}));
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{0}));
}

TEST(Precision, IsWhatWasAskedForElseTheDevicesOwn) {
  EXPECT_EQ(apps::choose_precision(std::nullopt, "cuda"), Precision::tf32);
  EXPECT_EQ(apps::choose_precision(std::nullopt, "cpu"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision("fp32", "cuda"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision(std::nullopt, "sim"), Precision::fp32);
  EXPECT_EQ(apps::choose_precision("tf32", "sim"), Precision::tf32);
  EXPECT_EQ(apps::choose_precision("tf32", "cpu"), Precision::tf32);
  for (const char* device : {"cpu", "sim", "cuda"}) EXPECT_EQ(apps::choose_precision("bf16", device), Precision::bf16);
  EXPECT_EQ(apps::tf32_allowed("bf16"), false);
  EXPECT_EQ(apps::tf32_allowed("tf32"), true);
  EXPECT_EQ(apps::tf32_allowed(std::nullopt), std::nullopt);
}

TEST(Implementations, RulesAndEntries) {
  apps::TrainOptions o;
  o.implementation = "own, conv1 forward = direct ,dense2 forward=tiled";
  const ImplementationChoice choice = apps::choose_implementations(o);
  EXPECT_EQ(choice.rule, "own");
  EXPECT_EQ(choice.fixed, (ImplementationTable{{"conv1 forward", "direct"}, {"dense2 forward", "tiled"}}));
}

TEST(Implementations, TheKnobsOfAPlanBelongTogether) {
  apps::TrainOptions o;
  o.implementation = "conv1=cudnn:eng13{2=4,5=1},conv2=direct";
  EXPECT_EQ(apps::choose_implementations(o).fixed,
            (ImplementationTable{{"conv1", "cudnn:eng13{2=4,5=1}"}, {"conv2", "direct"}}));
}

}  // namespace
}  // namespace gs::test
