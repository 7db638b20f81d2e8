// fusion_rules_test.cpp - each fusion rule by itself, on hand-made call lists.
#include <gtest/gtest.h>

#include <string>

#include "engine/device/device.h"
#include "engine/program/fusion/rules.h"
#include "kernels/add/add.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/dropout/dropout.h"
#include "kernels/lrn/lrn.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/relu/relu.h"

namespace gs {
namespace {

struct Rules : testing::Test {
  const std::unique_ptr<Device> device = open_device({.name = "sim", .threads = 1});
  TensorTable tensors;
  CallList list{tensors};
  ImplementationChoice choice;
  Chooser chooser{*device, choice, tensors};

  TensorId numbers(const std::string& name) { return tensors.add_numbers(name, 16, Storage::fp32); }
  CallNode& conv_forward(TensorId y) {
    return list.call<Conv2dForward<float>>("conv1 forward", Pass::forward, {}, out(y), in(numbers("x")),
                                           in(numbers("w")), in(numbers("bias")));
  }
  CallNode& relu_forward(TensorId y, TensorId x) {
    return list.call<ReluForward<float>>("relu1 forward", Pass::forward, {16}, out(y), in(x));
  }
  CallNode& relu_backward(TensorId dx, TensorId dy, TensorId y) {
    return list.call<ReluBackward<float>>("relu1 backward", Pass::backward, {16}, out(dx), in(dy), in(y));
  }
  /// Adds a call that reads the tensor and is part of no rule.
  void reader(TensorId x) { list.call<CopyValues>("reader", Pass::forward, {16}, out(numbers("read")), in(x)); }
  std::string names() const {
    std::string all;
    for (const CallNode& node : list.nodes) all += (all.empty() ? "" : ", ") + node.name;
    return all;
  }
};

TEST_F(Rules, AReluJoinsTheConvolutionBeforeIt) {
  const TensorId y = numbers("conv1"), z = numbers("relu1");
  conv_forward(y);
  relu_forward(z, y);
  reader(z);
  join_relu(list, chooser);
  EXPECT_EQ(names(), "conv1 forward, reader");
  EXPECT_TRUE(list.nodes[0].as<Conv2dForward<float>>()->relu);
  EXPECT_EQ(list.nodes[1].argument(1), y) << "readers of the ReLU read the convolution's output";
  EXPECT_EQ(list.resolved(z), y);
  EXPECT_TRUE(list.is_rectified(y));
}

TEST_F(Rules, AReluStaysWhereSomethingElseReadsTheSumOrTheOpHasNone) {
  const TensorId y = numbers("conv1"), z = numbers("relu1");
  conv_forward(y);
  relu_forward(z, y);
  reader(y);
  join_relu(list, chooser);
  EXPECT_EQ(names(), "conv1 forward, relu1 forward, reader");

  list.nodes.clear();
  list.call<LrnForward<float>>("lrn1 forward", Pass::forward, {}, out(y), in(numbers("x")));
  relu_forward(z, y);
  join_relu(list, chooser);
  EXPECT_EQ(names(), "lrn1 forward, relu1 forward");
  EXPECT_FALSE(list.is_rectified(y));
}

TEST_F(Rules, AReluGradientMasksTheGradientThatArrives) {
  const TensorId y = numbers("relu1"), dy = numbers("relu1 gradient"), dx = numbers("conv1 gradient");
  list.call<Conv2dDataGradient<float>>("conv2 data gradient", Pass::backward, {}, out(dy), in(numbers("dz")),
                                       in(numbers("w")), in(no_tensor));
  relu_backward(dx, dy, y);
  join_relu_gradient(list, chooser);
  ASSERT_EQ(names(), "conv2 data gradient");
  EXPECT_EQ(list.nodes[0].argument(0), dx);
  EXPECT_EQ(list.nodes[0].argument(3), y);
}

TEST_F(Rules, AReluGradientStaysIfSomethingElseReadsTheGradient) {
  const TensorId dy = numbers("sum gradient");
  list.call<SumGradients<float>>("sum", Pass::backward, {16}, out(dy), in(numbers("a")), in(numbers("b")),
                                 in(no_tensor));
  relu_backward(numbers("conv1 gradient"), dy, numbers("relu1"));
  reader(dy);
  join_relu_gradient(list, chooser);
  EXPECT_EQ(names(), "sum, relu1 backward, reader");
}

TEST_F(Rules, ASumOfGradientsMasks) {
  const TensorId y = numbers("relu1"), dy = numbers("relu1 gradient"), dx = numbers("conv1 gradient");
  list.call<SumGradients<float>>("sum", Pass::backward, {16}, out(dy), in(numbers("a")), in(numbers("b")),
                                 in(no_tensor));
  relu_backward(dx, dy, y);
  join_relu_gradient(list, chooser);
  ASSERT_EQ(names(), "sum");
  EXPECT_EQ(list.nodes[0].argument(0), dx);
  EXPECT_EQ(list.nodes[0].argument(3), y);
}

TEST_F(Rules, AMaxPoolsIndexByteHoldsTheReluGradient) {
  const TensorId x = numbers("conv1"), z = numbers("pool1"), argmax = tensors.add("argmax", 4);
  const TensorId dz = numbers("pool1 gradient"), dy = numbers("relu1 gradient"), dx = numbers("conv1 gradient");
  list.call<MaxPoolForward<float>>("pool1 forward", Pass::forward, {}, out(z), out(argmax), in(x));
  list.call<MaxPoolBackward<float>>("pool1 backward", Pass::backward, {}, out(dy), in(dz), in(argmax));
  relu_backward(dx, dy, x);
  join_relu_gradient_to_max_pool(list, chooser);
  ASSERT_EQ(names(), "pool1 forward, pool1 backward");
  EXPECT_TRUE(list.nodes[0].as<MaxPoolForward<float>>()->relu_input);
  EXPECT_TRUE(list.nodes[1].as<MaxPoolBackward<float>>()->relu_input);
  EXPECT_EQ(list.nodes[1].argument(0), dx);
}

struct RulesOfTheFirstLayer : Rules {
  const Conv2d conv{.n = 2, .h = 9, .w = 8, .c = 1, .k = 3, .r = 3, .s = 3, .pad = 1, .relu = true};
  const MaxPool pool{2, 9, 8, 3, 2, 2, true};
  const TensorId x = numbers("x"), dw = numbers("conv1.weight gradient"), db = numbers("conv1.bias gradient");
  const TensorId dz = numbers("pool1 gradient"), dy = numbers("conv1 gradient"), argmax = tensors.add("argmax", 96);

  template <class T = float>
  std::string fused(const Conv2d& conv, const MaxPool& pool) {
    list.call<MaxPoolBackward<T>>("pool1 backward", Pass::backward, pool, out(dy), in(dz), in(argmax));
    list.call<Conv2dFilterGradient<T>>("conv1 filter gradient", Pass::backward, conv, out(dw), out(db), in(x), in(dy));
    fuse_max_pool_and_filter_gradient(list, chooser);
    return names();
  }
};

TEST_F(RulesOfTheFirstLayer, TheFilterGradientReadsThatOfThePool) {
  reader(x);
  ASSERT_EQ(fused(conv, pool), "reader, conv1 pool1 filter gradient");
  const CallNode& call = list.nodes[1];
  const Conv2dPool* problem = call.as<Conv2dPoolFilterGradient<float>>();
  ASSERT_TRUE(problem);
  EXPECT_EQ(*problem, (Conv2dPool{conv, pool}));
  EXPECT_EQ(call.pass, Pass::backward);
  const TensorId arguments[] = {dw, db, x, dz, argmax};
  for (std::size_t i = 0; i < std::size(arguments); ++i) EXPECT_EQ(call.argument(i), arguments[i]) << i;
  EXPECT_TRUE(call.writes(dw) && call.writes(db) && call.reads(argmax));
}

TEST_F(RulesOfTheFirstLayer, LikewiseInBf16) {
  EXPECT_EQ(fused<bf16>(conv, pool), "conv1 pool1 filter gradient");
  EXPECT_TRUE(list.nodes[0].as<Conv2dPoolFilterGradient<bf16>>());
}

TEST_F(RulesOfTheFirstLayer, BothCallsStayIfSomethingElseReadsTheGradientBetweenThem) {
  list.call<Conv2dDataGradient<float>>("conv1 data gradient", Pass::backward, conv, out(numbers("dx")), in(dy),
                                       in(numbers("w")), in(no_tensor));
  EXPECT_EQ(fused(conv, pool), "conv1 data gradient, pool1 backward, conv1 filter gradient");
}

TEST_F(RulesOfTheFirstLayer, BothCallsStayIfNoVariantFits) {
  EXPECT_EQ(fused(conv, {2, 9, 8, 3, 3, 2, true}), "pool1 backward, conv1 filter gradient") << "a window of 3x3";
  list.nodes.clear();
  Conv2d many = conv;
  many.c = 8;
  EXPECT_EQ(fused(many, pool), "pool1 backward, conv1 filter gradient") << "eight channels";
}

TEST_F(RulesOfTheFirstLayer, BothCallsStayIfTheImplementationOfOneIsFixed) {
  for (const char* call : {"pool1.backward", "conv1.filter_gradient"}) {
    choice.fixed = {{call, "element"}};
    list.nodes.clear();
    EXPECT_EQ(fused(conv, pool), "pool1 backward, conv1 filter gradient") << call;
  }
  choice.fixed = {{"pool1.backward", "element"}, {"conv1 pool1.filter_gradient", "window"}};
  list.nodes.clear();
  EXPECT_EQ(fused(conv, pool), "conv1 pool1 filter gradient") << "unless that of the fused call is fixed, too";
}

struct RulesOfAPooledLayer : Rules {
  const std::unique_ptr<Device> with_tf32 = open_device({.name = "sim", .threads = 1, .tf32 = true});
  Chooser chooser{*with_tf32, choice, tensors};
  const Conv2d conv{.n = 2, .h = 9, .w = 8, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true};
  const MaxPool pool{2, 9, 8, 16, 2, 2, true};
  const TensorId x = numbers("x"), w = numbers("w"), dx = numbers("pool1 gradient"), mask = numbers("relu1");
  const TensorId dw = numbers("conv2.weight gradient"), db = numbers("conv2.bias gradient");
  const TensorId dz = numbers("pool2 gradient"), dy = numbers("conv2 gradient"), argmax = tensors.add("argmax", 512);

  template <class T = float>
  std::string fused(const MaxPool& pool) {
    list.call<MaxPoolBackward<T>>("pool2 backward", Pass::backward, pool, out(dy), in(dz), in(argmax));
    list.call<Conv2dFilterGradient<T>>("conv2 filter gradient", Pass::backward, conv, out(dw), out(db), in(x), in(dy));
    list.call<Conv2dDataGradient<T>>("conv2 data gradient", Pass::backward, conv, out(dx), in(dy), in(w), in(mask));
    fuse_max_pool_and_gradients(list, chooser);
    return names();
  }
  const std::string apart = "pool2 backward, conv2 filter gradient, conv2 data gradient";
  const std::string together = "conv2 pool2 filter gradient, conv2 pool2 data gradient";
};

TEST_F(RulesOfAPooledLayer, BothGradientsReadThatOfThePool) {
  ASSERT_EQ(fused(pool), together);
  const CallNode &filter = list.nodes[0], &data = list.nodes[1];
  ASSERT_TRUE(filter.as<Conv2dPoolFilterGradient<float>>() && data.as<Conv2dPoolDataGradient<float>>());
  EXPECT_EQ(*filter.as<Conv2dPoolFilterGradient<float>>(), (Conv2dPool{conv, pool}));
  EXPECT_EQ(*data.as<Conv2dPoolDataGradient<float>>(), (Conv2dPool{conv, pool}));
  const TensorId of_filter[] = {dw, db, x, dz, argmax}, of_data[] = {dx, dz, argmax, w, mask};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(filter.argument(i), of_filter[i]) << i;
    EXPECT_EQ(data.argument(i), of_data[i]) << i;
  }
}

TEST_F(RulesOfAPooledLayer, LikewiseInBf16) {
  EXPECT_EQ(fused<bf16>(pool), together);
}

TEST_F(RulesOfAPooledLayer, AllStayIfSomethingElseReadsTheGradientOrNoVariantFits) {
  EXPECT_EQ(fused({2, 9, 8, 16, 3, 2, true}), apart) << "a window of 3x3";
  list.nodes.clear();
  reader(dy);
  EXPECT_EQ(fused(pool), "reader, " + apart);
}

TEST_F(RulesOfAPooledLayer, AllStayIfOneIsFixed) {
  for (const char* call : {"pool2.backward", "conv2.filter_gradient", "conv2.data_gradient"}) {
    choice.fixed = {{call, "element"}};
    list.nodes.clear();
    EXPECT_EQ(fused(pool), apart) << call;
  }
}

// On a CPU such a layer's fused variants have fewer products, and larger errors.
TEST(RulesOfAPooledLayerOnACpu, AVariantOfFewerProductsMustBeNamedIfNoneIsMeasured) {
  const std::unique_ptr<Device> cpu = open_device({.name = "cpu", .threads = 1});
  TensorTable tensors;
  CallList list{tensors};
  ImplementationChoice choice;
  choice.rule = "own";
  Chooser chooser{*cpu, choice, tensors};
  const Conv2d conv{.n = 2, .h = 8, .w = 8, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true};
  const MaxPool pool{2, 8, 8, 16, 2, 2, true};
  const auto numbers = [&](const char* name) { return tensors.add_numbers(name, 16, Storage::fp32); };
  const auto fused_calls = [&] {
    list.nodes.clear();
    const TensorId x = numbers("x"), w = numbers("w"), y = numbers("y"), z = numbers("z"), dz = numbers("dz"),
                   dy = numbers("dy"), argmax = tensors.add("argmax", 512);
    list.call<Conv2dForward<float>>("conv2 forward", Pass::forward, conv, out(y), in(x), in(w), in(numbers("bias")));
    list.call<MaxPoolForward<float>>("pool2 forward", Pass::forward, pool, out(z), out(argmax), in(y));
    list.call<MaxPoolBackward<float>>("pool2 backward", Pass::backward, pool, out(dy), in(dz), in(argmax));
    list.call<Conv2dFilterGradient<float>>("conv2 filter gradient", Pass::backward, conv, out(numbers("dw")),
                                           out(numbers("db")), in(x), in(dy));
    list.call<Conv2dDataGradient<float>>("conv2 data gradient", Pass::backward, conv, out(numbers("dx")), in(dy), in(w),
                                         in(no_tensor));
    fuse_conv2d_and_max_pool(list, chooser);
    fuse_max_pool_and_gradients(list, chooser);
    return list.nodes.size();
  };
  EXPECT_EQ(fused_calls(), 5u);
  for (const char* pass : {"forward", "filter_gradient", "data_gradient"})
    choice.fixed["conv2 pool2." + std::string(pass)] = "winograd_4x4";
  EXPECT_EQ(fused_calls(), 3u);

  choice.fixed = {{"conv2 pool2.data_gradient", "winograd_4x4"}};
  EXPECT_EQ(fused_calls(), 4u) << "the filter gradient is fused with the data gradient";
  // A table of another machine.
  choice.fixed = {{"conv2 pool2.forward", "tiled"}, {"conv2 pool2.filter_gradient", "tiled"}};
  choice.where_it_fits = true;
  EXPECT_EQ(fused_calls(), 5u);
}

TEST_F(Rules, AReluWithAFixedImplementationStays) {
  choice.fixed = {{"relu1 forward", "element"}, {"relu1 backward", "element"}};
  const TensorId y = numbers("conv1"), z = numbers("relu1"), dz = numbers("relu1 gradient");
  conv_forward(y);
  relu_forward(z, y);
  list.call<Conv2dDataGradient<float>>("conv2 data gradient", Pass::backward, {}, out(dz), in(numbers("dy")),
                                       in(numbers("w")), in(no_tensor));
  relu_backward(numbers("conv1 gradient"), dz, z);
  join_relu(list, chooser);
  join_relu_gradient(list, chooser);
  EXPECT_EQ(names(), "conv1 forward, relu1 forward, conv2 data gradient, relu1 backward");
}

struct RulesOfDropout : Rules {
  const TensorId y = numbers("dropout1"), r = numbers("relu1"), dx = numbers("dense1 gradient");

  void add_calls(TensorId mask) {
    const TensorId state = tensors.add("state", sizeof(StepState)), dy = numbers("dropout1 gradient");
    list.call<DropoutForward<float>>("dropout1 forward", Pass::forward, {16, 0.5f, 0}, out(y), in(r), in(state));
    list.call<DenseDataGradient<float>>("dense2 data gradient", Pass::backward, {2, 8, 4}, out(dy), in(numbers("dz")),
                                        in(numbers("w")), in(no_tensor));
    list.call<DropoutBackward<float>>("dropout1 backward", Pass::backward, {16, 0.5f, 0}, out(dx), in(dy), in(mask),
                                      in(state));
  }
};

TEST_F(RulesOfDropout, TheDenseLayerBehindItMasksAndScales) {
  add_calls(r);
  mask_dropout_in_dense(list, chooser);
  ASSERT_EQ(names(), "dropout1 forward, dense2 data gradient");
  EXPECT_EQ(list.nodes[1].as<DenseDataGradient<float>>()->mask_scale, 2);
  EXPECT_EQ(list.nodes[1].argument(0), dx);
  EXPECT_EQ(list.nodes[1].argument(3), y);
}

TEST_F(RulesOfDropout, WithoutAReluItKeepsItsBackwardCall) {
  add_calls(no_tensor);
  mask_dropout_in_dense(list, chooser);
  EXPECT_EQ(names(), "dropout1 forward, dense2 data gradient, dropout1 backward");
}

TEST_F(RulesOfDropout, AFixedImplementationKeepsItsBackwardCall) {
  choice.fixed["dropout1 backward"] = "philox";
  add_calls(r);
  mask_dropout_in_dense(list, chooser);
  ASSERT_EQ(names(), "dropout1 forward, dense2 data gradient, dropout1 backward");
  EXPECT_EQ(list.nodes[2].argument(2), y) << "the dropout's own output masks: a fused forward call writes it alone";
}

}  // namespace
}  // namespace gs
