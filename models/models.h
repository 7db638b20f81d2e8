// models.h - the table of networks: name, description, build function. A new model needs one file and one row in
// models.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "engine/net/net.h"

namespace gs {

struct ModelOptions {
  Shape input{128, 128, 1};
  int base = 32;    ///< base width
  int outputs = 1;  ///< 1 for two classes, else the number of classes
  float dropout = 0;
  int depth = 0;  ///< layers with weights, for networks with several depths; 0: the default depth
};

struct Model {
  std::string_view name, about;
  Net (*build)(const ModelOptions&);
  int default_base;
  float default_dropout = 0;
  Shape usual_input{128, 128, 1};  ///< the network's original input
  int usual_outputs = 1;
  int default_depth = 0;  ///< 0: only one depth
};

std::span<const Model> models();

/// Throws UsageError with the nearest name if the name is unknown.
const Model& find_model(const std::string& name);

Net lenet(const ModelOptions&);
Net alexnet(const ModelOptions&);
Net mlp(const ModelOptions&);
Net lenet5(const ModelOptions&);
Net alexnet2012(const ModelOptions&);
Net vgg(const ModelOptions&);
Net resnet(const ModelOptions&);

}  // namespace gs
