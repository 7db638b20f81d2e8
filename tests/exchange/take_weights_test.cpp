// take_weights_test.cpp - which layers take weights from a file, in both layouts, and what is said of the others.
#include "engine/exchange/take_weights.h"

#include <gtest/gtest.h>

#include "engine/exchange/torch_layout.h"
#include "engine/train/checkpoint.h"
#include "tests/exchange/exchanged_nets.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;

Net with_outputs(int outputs) {
  return lenet({.input = {16, 16, 3}, .base = 2, .outputs = outputs});
}

/// A file of the network's weights as a checkpoint of ours.
SafeTensors checkpoint_of(const Net& net) {
  const ScratchFolder folder;
  save_checkpoint(folder / "own.safetensors", net, {.epoch = 3, .parameters = packed_parameters(net)});
  return read_safetensors(folder / "own.safetensors");
}

TEST(TakeWeights, OfBothLayoutsAreTheSame) {
  for (const Net& net : exchanged_nets()) {
    for (const SafeTensors& file : {checkpoint_of(net), torch_weights(net, packed_parameters(net))}) {
      std::vector<float> packed(std::size_t(net.parameter_count()));
      const TakenWeights weights = take_weights(net, file, packed);
      EXPECT_EQ(packed, packed_parameters(net)) << net.name;
      EXPECT_EQ(weights.left, Names()) << net.name;
      EXPECT_EQ(weights.unused, Names()) << net.name;
    }
  }
}

TEST(TakeWeights, OfPyTorchMayComeWithAnEpoch) {
  const Net net = with_outputs(3);
  SafeTensors file = torch_weights(net, packed_parameters(net));
  file.metadata = {{"epoch", "5"}};
  std::vector<float> packed(std::size_t(net.parameter_count()));
  take_weights(net, file, packed);
  EXPECT_EQ(packed, packed_parameters(net));
}

TEST(TakeWeights, LeaveALayerOfAnotherShapeAsItIs) {
  const Net net = with_outputs(3);
  std::vector<float> packed(std::size_t(net.parameter_count()), 7.0f);
  SafeTensors file = torch_weights(with_outputs(5), packed_parameters(with_outputs(5)));
  const std::int64_t steps = 12;
  file.tensors.push_back(make_tensor("bn1.num_batches_tracked", {}, &steps, 1));
  file.tensors.push_back(make_tensor("head.steps", {}, &steps, 1));
  const TakenWeights weights = take_weights(net, file, packed);
  EXPECT_EQ(weights.taken, (Names{"conv1", "conv2", "dense1"}));
  EXPECT_EQ(weights.left, (Names{"dense2 (dense2.weight is [5, 4] there, [3, 4] here)"}));
  EXPECT_EQ(weights.unused, (Names{"head.steps"}));
  EXPECT_EQ(std::vector<float>(packed.end() - 15, packed.end()), std::vector<float>(15, 7.0f));
}

TEST(TakeWeights, NeedAllParametersOfALayer) {
  const Net net = with_outputs(3);
  std::vector<float> packed(std::size_t(net.parameter_count()), 7.0f);
  SafeTensors file = torch_weights(net, packed_parameters(net));
  std::erase_if(file.tensors, [](const SafeTensor& tensor) { return tensor.name == "conv1.bias"; });
  const TakenWeights weights = take_weights(net, file, packed);
  EXPECT_EQ(weights.left, (Names{"conv1 (no conv1.bias there)"}));
  EXPECT_EQ(packed.front(), 7.0f);
}

TEST(TakeWeights, RefuseAFileThatFitsNothing) {
  const Net net = with_outputs(3);
  std::vector<float> packed(std::size_t(net.parameter_count()));
  const float value = 1;
  SafeTensors file{{make_tensor("features.0.weight", {1}, &value, 1)}, {}, "alien.safetensors"};
  EXPECT_TRUE(refuses<Error>([&] { take_weights(net, file, packed); },
                             {"alien.safetensors: its tensors fit no layer of lenet", "it has features.0.weight [1]",
                              "wanted are conv1.weight [2, 3, 3, 3], conv1.bias [2]"}));
  SafeTensors doubles = torch_weights(net, packed_parameters(net));
  doubles.source = "doubles.safetensors";
  const std::vector<double> values(54);
  doubles.tensors[0] = make_tensor("conv1.weight", {2, 3, 3, 3}, values.data(), values.size());
  EXPECT_TRUE(refuses<Error>([&] { take_weights(net, doubles, packed); },
                             {"doubles.safetensors: tensor 'conv1.weight' is F64; save it as 32-bit floats"}));
}

}  // namespace
}  // namespace gs::test
