// run_directory_test.cpp - history.csv written and read back, checkpoints of another net.
#include "engine/train/run_directory.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "engine/train/history_csv.h"
#include "models/models.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(HistoryCsv, ThereAndBack) {
  const std::vector<EpochResult> history{{1, 0.1, 1.0 / 3, 0.7, 0.5, 1e-5, 1.25, 960},
                                         {2, 1e-9, 0.5, 123456.789, 1, 1e-5, 0.125, 1e6}};
  const std::string csv = history_csv(history);
  EXPECT_NE(csv.find("\n1,0.1,0.3333333333333333,0.7,0.5,1e-05,1.25,960\n"), std::string::npos) << csv;
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
  for (const char* line :
       {"1,2,3\n", "1,2,3,4,5,6,7,8,9\n", "1,2,3,4,5,6,7,\n", "1,2,x,4,5,6,7,8\n", "\n", "1e300,2,3,4,5,6,7,8\n",
        "nan,2,3,4,5,6,7,8\n", "2,2,3,4,5,6,7,8\n", "1,2,3,4,5,1e300,7,8\n"})
    try {
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

}  // namespace
}  // namespace gs::test
