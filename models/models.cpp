// models.cpp - the table of networks.
#include "models/models.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/nearest.h"

namespace gs {
namespace {

constexpr Model table[] = {
    {"lenet", "two convolutions and one hidden dense layer", lenet, 32},
    {"alexnet", "five convolutions and two hidden dense layers", alexnet, 32},
    {"mlp", "three hidden dense layers on the pixels", mlp, 64},
    {"lenet5", "LeNet-5 as published, with ReLU and max-pool, for 28x28 images", lenet5, 6, 0, {28, 28, 1}, 10},
    {"alexnet2012",
     "AlexNet as published, for 227x227 colour images; dropout 0.5 by default",
     alexnet2012,
     96,
     0.5f,
     {227, 227, 3},
     1000},
    {"vgg", "VGG: 3x3 convolutions in five stages, 11 to 19 layers deep", vgg, 8, 0, {224, 224, 3}, 1000, 11},
    {"resnet", "residual network for small images, 6n + 2 layers deep", resnet, 16, 0, {32, 32, 3}, 10, 20},
};

}  // namespace

std::span<const Model> models() {
  return table;
}

const Model& find_model(const std::string& name) {
  std::vector<std::string> names;
  for (const Model& model : table) {
    if (model.name == name) return model;
    names.emplace_back(model.name);
  }
  throw UsageError(fmt::format("unknown model '{}': {}", name, suggestion(name, names)));
}

}  // namespace gs
