// costs_test.cpp - operations and bytes of every op call of LeNet and AlexNet against counts by hand. A profile's table
// shows them as FLOPs and bytes that must move.
//
// Rules of counting. A multiply-add is two operations. A product has one per weight and output; a convolution's taps on
// its padding count, too. Bias and ReLU are one operation per output each, the bias gradient one per gradient. Every
// input is read once and every output written once, 4 bytes per float; images are bytes; a max-pool also writes a byte
// per output, the position of the maximum.
#include <gtest/gtest.h>

#include "engine/program/program.h"
#include "models/models.h"

namespace gs::test {
namespace {

struct Counted {
  const char* step;
  double flops, bytes;
};

/// Batch, of images of 128 x 128 x 1.
constexpr double n = 8;

Net net_of(const char* model, int base) {
  ModelOptions options;
  options.base = base;
  return find_model(model).build(options);
}

void expect_costs(const Net& net, const DeviceRequest& request, const ImplementationChoice& choice,
                  const std::vector<Counted>& counted) {
  const auto device = open_device(request);
  Recipe recipe;  // Adam, BCE
  recipe.batch = int(n);
  const Program program(net, recipe, *device, choice);
  const std::vector<OpCall>& steps = program.training_calls();
  ASSERT_EQ(steps.size(), counted.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].name, counted[i].step);
    EXPECT_EQ(steps[i].cost.flops, counted[i].flops) << steps[i].name;
    EXPECT_EQ(steps[i].cost.bytes, counted[i].bytes) << steps[i].name;
  }
}

// Calls that do not depend on the network. A StepState has 64 bytes, an entry of the metrics ring 16.
constexpr Counted gather = {"gather", 16384 * n,                       // one scaling per pixel
                            16384 * n*(1 + 4) + n*(4 + 4 + 4)};        // byte in, float out; index, label in and out
constexpr Counted advance = {"advance", 2, 3 * 64};                    // two powers of beta; one state in, two out
constexpr Counted loss = {"loss", 10 * n, n*(4 + 4) + n*(4 + 4 + 4)};  // logit, gradient; label, loss, correctness
constexpr Counted metrics = {"record metrics", 2 * n, n*(4 + 4) + 64 + 16};

// LeNet, base 32. Sizes: x 8x128x128x1; conv1 8x128x128x32; pool1 8x64x64x32; conv2 8x64x64x64; pool2 8x32x32x64;
// dense1 65536 -> 64; dense2 64 -> 1.
constexpr double x = n * 128 * 128, c1 = n * 128 * 128 * 32, p1 = n * 64 * 64 * 32, c2 = n * 64 * 64 * 64,
                 p2 = n * 32 * 32 * 64;
// Weights: conv1 3x3x1x32 = 288, conv2 3x3x32x64 = 18,432, dense1 65536 x 64 = 4,194,304, dense2 64. In the flat buffer
// each parameter takes a multiple of 64 floats: 320 + 64 + 18,432 + 64 + 4,194,304 + 64 + 64 + 64.
constexpr double lenet_flat = 4'213'376, dense1_parameters = 4'194'304 + 64;

constexpr Counted dense2_weights = {"dense2 weight gradient", 2 * 64 * n + n, 4 * (64 + 1 + 64 * n + n)};
constexpr Counted dense1_weights = {"dense1 weight gradient", 2 * 4'194'304 * n + 64 * n,
                                    4 * (4'194'304 + 64 + p2 + 64 * n)};
const std::vector<Counted> lenet_backward_to_pool1 = {
    {"dense1 data gradient", 2 * 4'194'304 * n, 4 * (4'194'304 + p2 + 64 * n)},
    {"pool2 backward", p2, 4 * c2 + 5 * p2},
    {"conv2 filter gradient", c2 * 2 * 9 * 32 + c2, 4 * (p1 + 18'432 + c2 + 64)},
    {"conv2 data gradient", c2 * 2 * 9 * 32, 4 * (p1 + 18'432 + c2)}};

/// Weights, moments in and out; gradient in.
constexpr Counted update_of(double parameters) {
  return {"update", 16 * parameters, 28 * parameters};
}

/// The calls of a step of LeNet, from its parts.
std::vector<Counted> lenet_step(std::vector<Counted> until_dense1, const std::vector<Counted>& backward_of_layer1) {
  for (const std::vector<Counted>& more : {lenet_backward_to_pool1, backward_of_layer1})
    until_dense1.insert(until_dense1.end(), more.begin(), more.end());
  return until_dense1;
}

TEST(Costs, OfLeNetAreThoseOfAHandCount) {
  expect_costs(net_of("lenet", 32), {.name = "cpu", .threads = 1}, {"default", {{"update", "adam"}}},
               lenet_step({gather,
                           advance,
                           {"conv1 forward", c1 * (2 * 9 + 2), 4 * (x + 288 + c1 + 32)},
                           {"pool1 forward", 3 * p1, 4 * c1 + 5 * p1},  // three comparisons per window of four
                           {"conv2 forward", c2 * (2 * 9 * 32 + 2), 4 * (p1 + 18'432 + c2 + 64)},
                           {"pool2 forward", 3 * p2, 4 * c2 + 5 * p2},
                           {"dense1 forward", 2 * 4'194'304 * n + 2 * 64 * n, 4 * (4'194'304 + 64 + p2 + 64 * n)},
                           {"dense2 forward", 2 * 64 * n + n, 4 * (64 + 1 + 64 * n + n)},
                           loss,
                           metrics,
                           dense2_weights,
                           {"dense2 data gradient", 2 * 64 * n, 4 * (64 + 64 * n + n)},
                           dense1_weights},
                          {{"pool1 backward", p1, 4 * c1 + 5 * p1},
                           {"conv1 filter gradient", c1 * 2 * 9 + c1, 4 * (x + 288 + c1 + 32)},
                           update_of(lenet_flat)}));
}

TEST(Costs, OfFusedCallsHaveEachTensorOnce) {
  expect_costs(net_of("lenet", 32), {.name = "sim", .threads = 1, .tf32 = false}, {"own"},
               lenet_step({gather,
                           advance,
                           {"conv1 pool1 forward", c1 * (2 * 9 + 2) + 3 * p1, 4 * (x + 288 + 32) + 5 * p1},
                           {"conv2 pool2 forward", c2 * (2 * 9 * 32 + 2) + 3 * p2, 4 * (p1 + 18'432 + 64) + 5 * p2},
                           {"dense1 forward", 2 * 4'194'304 * n + 2 * 64 * n, 4 * (4'194'304 + 64 + p2 + 64 * n)},
                           {"dense2 loss", 2 * 64 * n + n + 10 * n + 2 * 64 * n,
                            4 * (64 + 1 + 2 * 64 * n) + n * (4 + 4 + 4 + 4 + 4)},  // its input and that one's gradient
                           metrics,
                           dense2_weights},
                          {{"conv1 pool1 filter gradient", p1 * (2 * 9 + 1), 4 * (x + 288 + 32) + 5 * p1},
                           // the gradients of its parameters are neither written nor read
                           {"dense1 weight update", dense1_weights.flops + 16 * dense1_parameters,
                            4 * (p2 + 64 * n) + 24 * dense1_parameters},
                           update_of(lenet_flat - dense1_parameters)}));
}

// AlexNet, base 8. Sizes: conv1 8x128x128x8, pool1 8x64x64x8, conv2 8x64x64x16, pool2 8x32x32x16, conv3 and conv4
// 8x32x32x32, conv5 8x32x32x16, pool3 8x16x16x16; dense 4096 -> 128 -> 64 -> 1.
constexpr double a1 = n * 128 * 128 * 8, q1 = n * 64 * 64 * 8, a2 = n * 64 * 64 * 16, q2 = n * 32 * 32 * 16,
                 a3 = n * 32 * 32 * 32, a5 = n * 32 * 32 * 16, q3 = n * 16 * 16 * 16;
// Weights: conv1 72, conv2 3x3x8x16 = 1,152, conv3 3x3x16x32 = 4,608, conv4 3x3x32x32 = 9,216, conv5 3x3x32x16 = 4,608,
// dense1 4096 x 128 = 524,288, dense2 128 x 64 = 8,192, dense3 64. Flat, with biases, in multiples of 64: 128 + 64 +
// 1,152 + 64 + 4,608 + 64 + 9,216 + 64 + 4,608 + 64 + 524,288 + 128 + 8,192 + 64 + 64 + 64.
constexpr double alexnet_flat = 552'832;

TEST(Costs, OfAlexNetAreThoseOfAHandCount) {
  expect_costs(net_of("alexnet", 8), {.name = "cpu", .threads = 1}, {"default"},
               {gather,
                advance,
                {"conv1 forward", a1 * (2 * 9 + 2), 4 * (x + 72 + a1 + 8)},
                {"pool1 forward", 3 * q1, 4 * a1 + 5 * q1},
                {"conv2 forward", a2 * (2 * 9 * 8 + 2), 4 * (q1 + 1'152 + a2 + 16)},
                {"pool2 forward", 3 * q2, 4 * a2 + 5 * q2},
                {"conv3 forward", a3 * (2 * 9 * 16 + 2), 4 * (q2 + 4'608 + a3 + 32)},
                {"conv4 forward", a3 * (2 * 9 * 32 + 2), 4 * (a3 + 9'216 + a3 + 32)},
                {"conv5 forward", a5 * (2 * 9 * 32 + 2), 4 * (a3 + 4'608 + a5 + 16)},
                {"pool3 forward", 3 * q3, 4 * a5 + 5 * q3},
                {"dense1 forward", 2 * 524'288 * n + 2 * 128 * n, 4 * (524'288 + 128 + q3 + 128 * n)},
                {"dense2 forward", 2 * 8'192 * n + 2 * 64 * n, 4 * (8'192 + 64 + 128 * n + 64 * n)},
                {"dense3 forward", 2 * 64 * n + n, 4 * (64 + 1 + 64 * n + n)},
                loss,
                metrics,
                {"dense3 weight gradient", 2 * 64 * n + n, 4 * (64 + 1 + 64 * n + n)},
                {"dense3 data gradient", 2 * 64 * n, 4 * (64 + 64 * n + n)},
                {"dense2 weight gradient", 2 * 8'192 * n + 64 * n, 4 * (8'192 + 64 + 128 * n + 64 * n)},
                {"dense2 data gradient", 2 * 8'192 * n, 4 * (8'192 + 128 * n + 64 * n)},
                {"dense1 weight gradient", 2 * 524'288 * n + 128 * n, 4 * (524'288 + 128 + q3 + 128 * n)},
                {"dense1 data gradient", 2 * 524'288 * n, 4 * (524'288 + q3 + 128 * n)},
                {"pool3 backward", q3, 4 * a5 + 5 * q3},
                {"conv5 filter gradient", a5 * 2 * 9 * 32 + a5, 4 * (a3 + 4'608 + a5 + 16)},
                {"conv5 data gradient", a5 * 2 * 9 * 32, 4 * (a3 + 4'608 + a5)},
                {"conv4 filter gradient", a3 * 2 * 9 * 32 + a3, 4 * (a3 + 9'216 + a3 + 32)},
                {"conv4 data gradient", a3 * 2 * 9 * 32, 4 * (a3 + 9'216 + a3)},
                {"conv3 filter gradient", a3 * 2 * 9 * 16 + a3, 4 * (q2 + 4'608 + a3 + 32)},
                {"conv3 data gradient", a3 * 2 * 9 * 16, 4 * (q2 + 4'608 + a3)},
                {"pool2 backward", q2, 4 * a2 + 5 * q2},
                {"conv2 filter gradient", a2 * 2 * 9 * 8 + a2, 4 * (q1 + 1'152 + a2 + 16)},
                {"conv2 data gradient", a2 * 2 * 9 * 8, 4 * (q1 + 1'152 + a2)},
                {"pool1 backward", q1, 4 * a1 + 5 * q1},
                {"conv1 filter gradient", a1 * 2 * 9 + a1, 4 * (x + 72 + a1 + 8)},
                {"update", 16 * alexnet_flat, 28 * alexnet_flat}});
}

}  // namespace
}  // namespace gs::test
