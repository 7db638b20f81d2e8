// trace_of_ranks_test.cpp - ranks with their parts of each batch follow PyTorch's traces, as one process does.
#include "tests/ranks/world.h"
#include "tests/support/traces_of_ranks.h"

namespace gs::test {
namespace {

void follow(const std::string& model, const std::string& rule) {
  const std::unique_ptr<Device> device = open_device({.name = "cpu", .threads = 1});
  follow_traces(world(), *device, model, rule);
}

TEST(TraceOfRanks, LeNetWithEveryOptimizerAndLoss) {
  follow("lenet", "default");
}
TEST(TraceOfRanks, LeNetWithOwnKernels) {
  follow("lenet", "own");
}
TEST(TraceOfRanks, AlexNet) {
  follow("alexnet", "default");
}
TEST(TraceOfRanks, Mlp) {
  follow("mlp", "default");
}
TEST(TraceOfRanks, ResNetWithTheStatisticsOfTheWholeBatch) {
  follow("resnet", "default");
}
TEST(TraceOfRanks, Vgg) {
  follow("vgg", "default");
}
TEST(TraceOfRanks, AlexNet2012WithGroupsAndNormalisation) {
  follow("alexnet2012", "default");
}

}  // namespace
}  // namespace gs::test
