// torch_layout_test.cpp - names, shapes and order of the weights in PyTorch's layout; the way back.
#include "engine/exchange/torch_layout.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/exchange/exchanged_nets.h"
#include "tests/support/errors.h"

namespace gs::test {
namespace {

TEST(TorchLayout, HasNamesAndShapesOfPyTorch) {
  const Net net = NetBuilder("small", {4, 6, 2}).conv2d(3, 3).batch_norm().max_pool(2).flatten().dense(5).build();
  std::vector<std::string> all;
  for (const SafeTensor& tensor : torch_weights(net, packed_parameters(net)).tensors) {
    all.push_back(tensor.name);
    for (const std::int64_t extent : tensor.shape) all.back() += " " + std::to_string(extent);
  }
  EXPECT_EQ(all, (std::vector<std::string>{"conv1.weight 3 2 3 3", "bn1.weight 3", "bn1.bias 3", "bn1.running_mean 3",
                                           "bn1.running_var 3", "dense1.weight 5 18", "dense1.bias 5"}));
}

TEST(TorchLayout, TransposesTheRows) {
  const Net net = NetBuilder("rows", {1, 2, 2}).flatten().dense(2).build();
  std::vector<float> packed(std::size_t(net.parameter_count()));
  std::iota(packed.begin(), packed.end(), 0.0f);  // pixel 0: channels 0 and 1; pixel 1: channels 2 and 3
  const SafeTensors file = torch_weights(net, packed);
  EXPECT_EQ(file.values<float>("dense1.weight"), (std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7}));
  EXPECT_EQ(file.values<float>("dense1.bias"), (std::vector<float>{8, 9}));
}

TEST(TorchLayout, ComesBackForEveryNetwork) {
  for (const Net& net : exchanged_nets()) {
    const std::vector<float> packed = packed_parameters(net);
    std::vector<float> back(packed.size());
    bool same = true;
    for (const TorchParameter& parameter : torch_parameters(net)) {
      const std::vector<float> values = parameter.from(packed);
      if (parameter.pixels > 1 && parameter.channels > 1)
        same &= std::equal(values.begin(), values.end(), packed.begin() + parameter.offset);
      parameter.into(back, values);
    }
    EXPECT_EQ(back, packed) << net.name;
    EXPECT_FALSE(same) << net.name << ": no weights were transposed";
  }
}

TEST(TorchLayout, RefusesAMapThatAnotherLayerThanADenseOneReadsFlattened) {
  const Net net = NetBuilder("flat", {4, 4, 2}).flatten().batch_norm().dense(2).build();
  EXPECT_TRUE(refuses<Error>([&] { torch_parameters(net); }, {"flat: bn1 reads a flattened map"}));
}

}  // namespace
}  // namespace gs::test
