// net_test.cpp - shapes, parameter counts and error messages of networks.
#include "engine/net/net_builder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/core/error.h"
#include "models/models.h"
#include "tests/support/errors.h"

namespace gs {
namespace {

TEST(LeNet, HasTheParametersOfTheDesign) {
  const Net net = lenet({.input = {128, 128, 1}, .base = 32});
  EXPECT_EQ(net.parameter_count(), 4'213'249);
  std::vector<std::int64_t> counts;
  for (const Layer& layer : net.layers)
    if (!layer.parameters.empty()) counts.push_back(layer.parameter_count());
  EXPECT_EQ(counts, (std::vector<std::int64_t>{320, 18'496, 4'194'368, 65}));
  EXPECT_EQ(net.output(), (Shape{1, 1, 1}));
}

TEST(Models, HaveTheParametersOfTheDesign) {
  const auto count = [](const char* model, ModelOptions options) {
    return find_model(model).build(options).parameter_count();
  };
  EXPECT_EQ(count("alexnet", {.base = 32}), 2'419'649);
  EXPECT_EQ(count("alexnet", {.base = 16}), 1'135'713);
  EXPECT_EQ(count("alexnet", {.base = 8}), 552'497);
  EXPECT_EQ(count("mlp", {.base = 64}), 1'051'265);
  EXPECT_EQ(count("alexnet2012", {.input = {227, 227, 3}, .base = 96, .outputs = 1000}), 60'965'224);
  EXPECT_EQ(count("lenet5", {.input = {28, 28, 1}, .base = 6, .outputs = 10}), 61'706);
}

TEST(Models, VggAndResNetHaveThePublishedParameters) {
  const auto count = [](const char* model, ModelOptions options) {
    return find_model(model).build(options).trained_parameter_count();
  };
  EXPECT_EQ(count("vgg", {.input = {224, 224, 3}, .base = 64, .outputs = 1000, .depth = 11}), 132'863'336);
  EXPECT_EQ(count("vgg", {.input = {224, 224, 3}, .base = 64, .outputs = 1000, .depth = 13}), 133'047'848);
  EXPECT_EQ(count("vgg", {.input = {224, 224, 3}, .base = 64, .outputs = 1000, .depth = 16}), 138'357'544);
  EXPECT_EQ(count("vgg", {.input = {224, 224, 3}, .base = 64, .outputs = 1000, .depth = 19}), 143'667'240);
  // He et al. 2016, table 6, says 0.27 M, 0.46 M, 0.66 M, 0.85 M and 1.7 M.
  const auto resnet = [&](int depth) {
    return count("resnet", {.input = {32, 32, 3}, .base = 16, .outputs = 10, .depth = depth});
  };
  EXPECT_EQ(resnet(20), 269'722);
  EXPECT_EQ(resnet(32), 464'154);
  EXPECT_EQ(resnet(44), 658'586);
  EXPECT_EQ(resnet(56), 853'018);
  EXPECT_EQ(resnet(110), 1'727'962);
}

TEST(Models, RefuseADepthThatTheyDoNotHave) {
  for (const int depth : {-4, 2, 7, 19, 21})
    EXPECT_THROW(resnet({.input = {32, 32, 3}, .base = 4, .depth = depth}), UsageError) << depth;
  EXPECT_THROW(vgg({.input = {32, 32, 3}, .base = 4, .depth = 12}), UsageError);
}

TEST(ResNet, HasTheStagesOfThePaper) {
  const Net net = resnet({.input = {32, 32, 3}, .base = 16, .outputs = 10, .depth = 20});
  std::vector<Shape> sums;
  for (const Layer& layer : net.layers)
    if (layer.name.starts_with("add")) sums.push_back(layer.output);
  const Shape first{32, 32, 16}, second{16, 16, 32}, third{8, 8, 64};
  EXPECT_EQ(sums, (std::vector<Shape>{first, first, first, second, second, second, third, third, third}));
}

TEST(NetBuilder, JoinsBranches) {
  const Net net = NetBuilder("branches", {8, 8, 2})
                      .conv2d(4, 3)
                      .name("a")
                      .conv2d(4, 3)
                      .add("a")
                      .name("sum")
                      .from("input")
                      .conv2d(3, 1)
                      .concat("sum")
                      .build();
  ASSERT_EQ(net.layers.size(), 5u);
  EXPECT_EQ(net.layers[1].inputs, std::vector<int>{0});
  EXPECT_EQ(net.layers[2].inputs, (std::vector<int>{1, 0}));
  EXPECT_EQ(net.layers[3].inputs, std::vector<int>{network_input});
  EXPECT_EQ(net.layers[4].inputs, (std::vector<int>{3, 2}));
  EXPECT_EQ(net.output(), (Shape{8, 8, 7}));
}

TEST(NetBuilder, RefusesBranchesThatDoNotFit) {
  EXPECT_THROW(NetBuilder("net", {8, 8, 2}).conv2d(4, 3).add("nowhere"), Error);
  EXPECT_THROW(NetBuilder("net", {8, 8, 2}).name("a").conv2d(1, 3).add("a"), Error) << "more channels than the sum";
  EXPECT_THROW(NetBuilder("net", {8, 8, 2}).max_pool(2).name("a").from("input").concat("a"), Error);
  EXPECT_THROW(NetBuilder("net", {8, 8, 2}).conv2d(4, 3).from("input").conv2d(4, 3).build(), Error)
      << "nothing reads conv1";
}

TEST(NetBuilder, BatchNormTakesTheBiasOfItsConvolution) {
  const Net net = NetBuilder("net", {8, 8, 2}).conv2d(4, 3).batch_norm().build();
  EXPECT_EQ(net.layers[0].parameter_count(), 4 * 9 * 2);
  EXPECT_EQ(net.layers[1].parameter_count(), 4 * 4);
  EXPECT_EQ(net.parameter_count(), 72 + 16);
  EXPECT_EQ(net.trained_parameter_count(), 72 + 8);

  const Net dense = NetBuilder("net", {1, 1, 5}).dense(3).batch_norm().build();
  EXPECT_EQ(dense.layers[0].parameter_count(), 5 * 3);

  const Net named = NetBuilder("net", {8, 8, 2}).conv2d(4, 3).name("a").batch_norm().add("a").build();
  EXPECT_EQ(named.layers[0].parameter_count(), 4 * 9 * 2 + 4) << "the sum reads the convolution with its bias";
}

TEST(AlexNet2012, StartsFromThePapersValues) {
  const Net net = find_model("alexnet2012").build({.input = {227, 227, 3}, .base = 96, .outputs = 1000});
  std::vector<float> biases;
  for (const Layer& layer : net.layers)
    if (!layer.parameters.empty()) {
      EXPECT_EQ(layer.parameters[0].initial.kind, InitialValues::Kind::normal) << layer.name;
      EXPECT_EQ(layer.parameters[0].initial.value, 0.01f) << layer.name;
      biases.push_back(layer.parameters[1].initial.value);
    }
  EXPECT_EQ(biases, std::vector<float>({0, 1, 0, 1, 1, 1, 1, 0}));
  const auto flatten = std::find_if(net.layers.begin(), net.layers.end(), [](auto& l) { return l.name == "flatten"; });
  EXPECT_EQ(flatten->output.c, 6 * 6 * 256);
}

TEST(NetBuilder, RefusesGroupsThatDoNotDivide) {
  EXPECT_THROW(NetBuilder("n", {8, 8, 3}).conv2d(4, 3, 1, NetBuilder::same, 2), UsageError);
  EXPECT_THROW(NetBuilder("n", {8, 8, 4}).conv2d(3, 3, 1, NetBuilder::same, 2), UsageError);
}

TEST(LeNet, TakesOddSizesColourAndClasses) {
  const Net net = lenet({.input = {13, 11, 3}, .base = 2, .outputs = 5, .dropout = 0.5f});
  EXPECT_EQ(net.output(), (Shape{1, 1, 5}));
  // 13x11 -> pool 6x5 -> pool 3x2: (3*9*2 + 2) + (2*9*4 + 4) + (3*2*4*4 + 4) + (4*5 + 5)
  EXPECT_EQ(net.parameter_count(), 56 + 76 + 100 + 25);
  EXPECT_EQ(net.layers[9].name, "dropout1");
}

TEST(LeNet, DropoutZeroAddsNoLayer) {
  for (const Layer& layer : lenet({}).layers) EXPECT_FALSE(layer.name.starts_with("dropout")) << layer.name;
}

TEST(LeNet, SaysThatAnImageIsTooSmall) {
  try {
    lenet({.input = {2, 2, 1}});
    FAIL() << "2x2 images were taken";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "lenet: a 2x2 max-pool does not fit its 1x1 input; use a larger --image-size");
  }
}

TEST(NetBuilder, RefusesWrongShapeComments) {
  EXPECT_THROW(NetBuilder("net", {8, 8, 1}).conv2d(4, 3).is(8, 8, 5), Error);
  EXPECT_NO_THROW(NetBuilder("net", {8, 8, 1}).conv2d(4, 3).is(8, 8, 4));
}

TEST(NetBuilder, RefusesWhatDoesNotFollow) {
  EXPECT_THROW(NetBuilder("net", {8, 8, 1}).relu().starts_from(0.1f, 0), Error) << "no layer with weights";
  EXPECT_THROW(NetBuilder("net", {8, 8, 1}).dense(3), Error) << "a dense layer needs flatten before it";
  EXPECT_THROW(NetBuilder("net", {8, 8, 1}).dropout(1.0f), UsageError);
  EXPECT_THROW(NetBuilder("net", {0, 8, 1}), UsageError);
}

TEST(NetBuilder, RefusesWhatIsTooLargeToCount) {
  using test::refuses;
  EXPECT_TRUE(refuses(
      [] {
        lenet({.input = {8192, 8192, 1}, .base = 4096});
      },
      {"lenet: flatten would have 34,359,738,368 outputs", "at most 2,147,483,647", "--image-size"}));
  EXPECT_TRUE(refuses([] { NetBuilder("net", {1 << 20, 1 << 20, 3}); }, {"net: an input of 1048576x1048576x3"}));
  EXPECT_TRUE(refuses([] { NetBuilder("net", {1 << 30, 1 << 30, 1 << 30}); }, {"too large"}));
  EXPECT_TRUE(refuses(
      [] {
        NetBuilder("net", {1 << 25, 1, 1});
      },
      {"too large"}))
      << "a side and its padding are an int";
  EXPECT_TRUE(refuses(
      [] {
        NetBuilder("net", {1 << 14, 1 << 14, 1}).conv2d(1 << 20, 3);
      },
      {"net: with conv1 the outputs of the layers have more than 1,099,511,627,776 values"}));
  EXPECT_TRUE(refuses(
      [] {
        NetBuilder("net", {1, 1, 1 << 30}).dense(1 << 30).build();
      },
      {"net: with dense1.weight there are more than 1,099,511,627,776 parameters", "--base"}));
  EXPECT_TRUE(refuses(
      [] {
        NetBuilder("net", {1, 1, 1 << 30}).name("a").concat("a");
      },
      {"net: concat would have 2,147,483,648 outputs"}));
}

TEST(NetBuilder, RefusesLayersWithoutOutputs) {
  EXPECT_TRUE(test::refuses(
      [] {
        alexnet2012({.input = {227, 227, 3}, .base = 1});
      },
      {"alexnet2012: the output of conv1, 55x55x0, is empty", "--base"}));
  EXPECT_TRUE(test::refuses([] { NetBuilder("net", {1, 1, 4}).dense(-1); }, {"dense1, 1x1x-1"}));
}

TEST(NetBuilder, CountsOperationsByHand) {
  const Net net = NetBuilder("net", {4, 4, 1}).conv2d(2, 3).relu().max_pool(2).flatten().dense(3).build();
  EXPECT_DOUBLE_EQ(net.layers[0].forward_flops(), 4 * 4 * 2 * (2 * 9 + 1));  // products, bias
  EXPECT_DOUBLE_EQ(net.layers[1].forward_flops(), 4 * 4 * 2);                // ReLU
  EXPECT_DOUBLE_EQ(net.layers[2].forward_flops(), 2 * 2 * 2 * 3);            // three comparisons
  EXPECT_DOUBLE_EQ(net.layers[4].forward_flops(), 2 * 8 * 3 + 3);
  EXPECT_DOUBLE_EQ(net.layers[0].forward_bytes(), 4 * (16 + 32 + 20));
}

TEST(Summary, ShowsEveryLayerAndTheTotal) {
  const std::string table = summary(lenet({.input = {128, 128, 1}, .base = 32}));
  for (const char* text : {"conv1", "128x128x32", "320", "18,496", "4,194,368", "65", "total", "4,213,249"})
    EXPECT_NE(table.find(text), std::string::npos) << text << " is not in\n" << table;
  std::size_t start = 0;
  for (std::size_t end; (end = table.find('\n', start)) != std::string::npos; start = end + 1)
    EXPECT_LE(end - start, 80u) << "a line is wider than a terminal";
}

TEST(Models, NearestNameIsSuggested) {
  try {
    find_model("lenett");
    FAIL() << "an unknown model was found";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown model 'lenett': did you mean 'lenet'?");
  }
  EXPECT_EQ(find_model("lenet").name, "lenet");
}

}  // namespace
}  // namespace gs
