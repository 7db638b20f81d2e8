// traces.h - what PyTorch's training did from the same weights: tests/traces has the files and the script that wrote
// them.
#pragma once
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/core/safetensors.h"
#include "engine/data/dataset.h"
#include "engine/net/recipe.h"
#include "kernels/optimizer/optimizers.h"
#include "models/models.h"

namespace gs::test {

/// A model's file of traces.
class Traces {
 public:
  explicit Traces(const std::string& model)
      : model_(model), file_(read_safetensors(GRIDSTRIDE_SOURCE_DIR "/tests/traces/" + model + ".safetensors")) {}

  /// Names of the file's cases: "adam/bce", "adam/bce+weights" and so on.
  std::vector<std::string> cases() const {
    std::vector<std::string> names;
    for (const SafeTensor& tensor : file_.tensors)
      if (tensor.name.rfind("losses/", 0) == 0) names.push_back(tensor.name.substr(7));
    return names;
  }
  std::vector<double> losses(const std::string& name) const { return file_.at("losses/" + name).values<double>(); }

  static int classes(const std::string& name) { return loss_of(name) == "softmax" ? 3 : 2; }

  Dataset data(const std::string& name) const {
    const SafeTensor& images = file_.at("images");
    Dataset data{.n = int(images.shape[0]), .h = int(images.shape[1]), .w = int(images.shape[2]), .c = 1};
    data.images = images.values<std::uint8_t>();
    data.labels = file_.at("labels" + std::to_string(classes(name))).values<std::int32_t>();
    return data;
  }
  std::vector<std::uint32_t> order(int epoch) const {
    const std::vector<std::uint32_t> all = file_.at("order").values<std::uint32_t>();
    const std::size_t images = std::size_t(file_.at("order").shape[1]);
    return {all.begin() + std::ptrdiff_t(epoch * images), all.begin() + std::ptrdiff_t((epoch + 1) * images)};
  }
  int epochs() const { return int(file_.at("order").shape[0]); }

  Net net(const std::string& name) const {
    const SafeTensor& images = file_.at("images");
    return find_model(model_).build(
        {.input = {int(images.shape[1]), int(images.shape[2]), 1},
         .base = std::stoi(file_.metadata.at("base")),
         .outputs = classes(name) == 2 ? 1 : classes(name),
         .dropout = extra_of(name) == "dropout" ? float(extras().at("dropout")) : 0.0f,
         .depth = file_.metadata.count("depth") ? std::stoi(file_.metadata.at("depth")) : 0});
  }
  std::vector<float> weights(const std::string& name, const Net& net) const {
    std::vector<float> all;
    for (const Layer& layer : net.layers)
      for (const Parameter& parameter : layer.parameters) {
        const SafeTensor& tensor = file_.at("classes" + std::to_string(classes(name)) + "/" + parameter.name);
        require(tensor.shape == parameter.shape, "the trace's weights have the net's shapes");
        const std::vector<float> values = tensor.values<float>();
        all.insert(all.end(), values.begin(), values.end());
      }
    return all;
  }
  /// A running statistic after the last step; `offset` is its first index among the parameters.
  struct Statistic {
    std::string parameter;
    std::size_t offset;
    std::vector<double> values;
  };
  std::vector<Statistic> statistics(const std::string& name, const Net& net) const {
    std::vector<Statistic> all;
    std::size_t offset = 0;
    for (const Layer& layer : net.layers)
      for (const Parameter& parameter : layer.parameters) {
        if (!parameter.trained)
          all.push_back(
              {parameter.name, offset, file_.at("statistics/" + name + "/" + parameter.name).values<double>()});
        offset += std::size_t(parameter.size());
      }
    return all;
  }
  Recipe recipe(const std::string& name) const {
    const auto numbers = nlohmann::json::parse(file_.metadata.at("optimizer/" + name.substr(0, name.find('/'))));
    Recipe recipe;
    recipe.batch = std::stoi(file_.metadata.at("batch"));
    recipe.learning_rate = numbers.at("lr");
    Optimizer& optimizer = recipe.optimizer;
    std::string kind = numbers.at("kind");  // PyTorch's name, such as "AdamW"; ours is in lower case
    for (char& letter : kind) letter = char(std::tolower(static_cast<unsigned char>(letter)));
    optimizer = usual_optimizer(kind);
    optimizer.momentum = numbers.value("momentum", 0.0f);
    optimizer.nesterov = numbers.value("nesterov", false);
    optimizer.weight_decay = numbers.value("weight_decay", 0.0f);
    optimizer.rho = numbers.value("alpha", optimizer.rho);
    optimizer.epsilon = numbers.value("eps", optimizer.epsilon);
    if (numbers.contains("betas")) optimizer.beta1 = numbers["betas"][0], optimizer.beta2 = numbers["betas"][1];
    for (const LossKind kind : {LossKind::bce, LossKind::hinge, LossKind::hinge_sigmoid, LossKind::softmax})
      if (to_string(kind) == loss_of(name)) recipe.loss = kind;
    recipe.seed = extras().at("seed");
    if (extra_of(name) == "smoothing") recipe.label_smoothing = extras().at("smoothing");
    if (extra_of(name) == "weights")
      recipe.class_weights = extras().at("weights").at(std::to_string(classes(name))).get<std::vector<float>>();
    return recipe;
  }

 private:
  /// "adam/bce+weights" has the loss "bce" and the extra "weights".
  static std::string loss_of(const std::string& name) {
    const std::string rest = name.substr(name.find('/') + 1);
    return rest.substr(0, rest.find('+'));
  }
  static std::string extra_of(const std::string& name) {
    return name.find('+') == std::string::npos ? "" : name.substr(name.find('+') + 1);
  }
  nlohmann::json extras() const { return nlohmann::json::parse(file_.metadata.at("extras")); }

  std::string model_;
  SafeTensors file_;
};

/// The bound on a loss's distance from each of `want`. fp32: relative, from 1e-5 at step 1 to 1e-3 at step 20, plus
/// 1e-7, since a loss near 0 may be a rounded difference of numbers near 1. tf32 and bf16 round factors or activations:
/// such a run follows the trace only if its steps are small. Those of plain SGD are not; in bf16 it diverges from the
/// trace after five steps.
inline std::vector<double> trace_bounds(const std::vector<double>& want, Precision precision) {
  std::vector<double> bound;
  for (std::size_t i = 0; i < want.size(); ++i)
    bound.push_back(precision == Precision::fp32 ? 1e-5 * std::pow(100, double(i) / 19) * want[i] + 1e-7
                                                 : 0.05 * want[i] + 0.02);
  return bound;
}

}  // namespace gs::test
