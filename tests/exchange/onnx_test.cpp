// onnx_test.cpp - OpenCV reads what is written in ONNX's format and computes the engine's logits.
#include <gtest/gtest.h>

#include <opencv2/dnn.hpp>

#include "engine/device/device.h"
#include "engine/exchange/exchange_module.h"
#include "engine/exchange/torch_layout.h"
#include "engine/train/predict.h"
#include "tests/exchange/exchanged_nets.h"

namespace gs::test {
namespace {

/// By the engine on cpu.
std::vector<float> engine_logits(const Net& net, const std::vector<float>& parameters, const Dataset& images) {
  const auto device = open_device({.name = "cpu", .threads = 2});
  Recipe recipe;
  recipe.loss = LossKind::softmax;
  recipe.batch = 2;
  Program program(net, recipe, *device, {.rule = "default"});
  program.initialize();
  program.set_parameters(parameters);
  return predict(program, images);
}

/// [N, c, h, w], as OpenCV's and PyTorch's images.
cv::Mat channels_first(const Dataset& data) {
  const int extents[] = {int(data.n), data.c, data.h, data.w};
  cv::Mat images(4, extents, CV_32F);
  auto* to = images.ptr<float>();
  for (int n = 0; n < data.n; ++n)
    for (int c = 0; c < data.c; ++c)
      for (int i = 0; i < data.h * data.w; ++i)
        *to++ =
            float(data.images[(std::size_t(n) * std::size_t(data.h * data.w) + std::size_t(i)) * std::size_t(data.c) +
                              std::size_t(c)]);
  return images;
}

std::string model_of(const Net& net, const std::vector<float>& parameters) {
  return exchange_module().onnx(net, torch_weights(net, parameters), {{"classes", "[\"a\", \"b\", \"c\"]"}});
}

std::vector<std::string> net_names() {
  std::vector<std::string> names;
  for (const Net& net : exchanged_nets()) names.push_back(net.name);
  return names;
}

class Onnx : public testing::TestWithParam<std::string> {};

TEST_P(Onnx, GivesTheLogitsOfTheEngineInOpenCV) {
  const std::vector<Net> nets = exchanged_nets();
  const Net& net = *std::ranges::find(nets, GetParam(), &Net::name);
  const std::vector<float> parameters = packed_parameters(net);
  const Dataset images = noise_for(net, 2);
  const std::vector<float> want = engine_logits(net, parameters, images);

  const std::string file = model_of(net, parameters);
  cv::dnn::Net read = cv::dnn::readNetFromONNX(file.data(), file.size());
  read.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  read.setInput(channels_first(images));
  const cv::Mat logits = read.forward().clone();
  ASSERT_EQ(logits.total(), want.size());
  const std::vector<float> got(logits.ptr<float>(), logits.ptr<float>() + logits.total());

  double size = 0;
  for (const float logit : want) size = std::max(size, std::abs(double(logit)));
  EXPECT_GT(size, 1e-3);
  EXPECT_TRUE(agree(got, widen(want), 1e-5 * size));
}

INSTANTIATE_TEST_SUITE_P(Every, Onnx, testing::ValuesIn(net_names()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace gs::test
