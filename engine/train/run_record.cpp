// run_record.cpp - the fields of run.json. Fields with a default are optional or absent in older records.
#include "engine/train/run_record.h"

#include "engine/net/recipe.h"

namespace gs {
namespace {

Shape shape_of(const JsonField& field) {
  const auto extents = field.get<std::vector<int>>();
  if (extents.size() != 3) field.refuse("three extents: height, width, channels");
  return {extents[0], extents[1], extents[2]};
}

LossKind loss_of(const JsonField& field) {
  const auto name = field.get<std::string>();
  for (const LossKind kind : {LossKind::bce, LossKind::hinge, LossKind::hinge_sigmoid, LossKind::softmax})
    if (to_string(kind) == name) return kind;
  field.refuse("one of bce, hinge, hinge_sigmoid, softmax");
}

RunRecord::Network network_of(const JsonField& field) {
  RunRecord::Network network{.name = field.get<std::string>("name"),
                             .base = field.get<int>("base"),
                             .depth = field.get_or("depth", 0),
                             .dropout = field.get_or("dropout", 0.0),
                             .features = field.get_or("features", std::string("pixels")),
                             .input = shape_of(field["input"]),
                             .layers = {}};
  for (const JsonField& layer : field["layers"].entries())
    network.layers.push_back({layer.get<std::string>("name"), shape_of(layer["input"]),
                              layer.get<std::map<std::string, std::vector<std::int64_t>>>("parameters")});
  if (network.layers.empty()) field["layers"].refuse("a list of one or more layers");
  return network;
}

RunRecord::Training training_of(const JsonField& field) {
  return {.loss = loss_of(field["loss"]),
          .optimizer = field["optimizer"].get<std::string>("name"),
          .precision = field.get<std::string>("precision"),
          .learning_rate = field.get<double>("learning_rate"),
          .batch = field.get<int>("batch"),
          .class_weights = field.get_or("class_weights", std::vector<float>())};
}

RunRecord::Data data_of(const JsonField& field) {
  return {.source = field.get<std::string>("source"),
          .checksum = field.get<std::string>("checksum"),
          .image = shape_of(field["image"]),
          .classes = field.get<std::vector<std::string>>("classes"),
          .labels = field.get<std::vector<std::string>>("labels"),
          .positive = field.get_or("positive", std::string()),
          .training_images = field["train"].get<std::int64_t>("images")};
}

RunRecord::Machine machine_of(const JsonField& field) {
  return {.cpu = field.get<std::string>("cpu"),
          .vector_width = field.get<std::string>("vector_width"),
          .system = field.get<std::string>("system"),
          .cores = field.get<int>("cores"),
          .memory_bytes = field.get<std::int64_t>("memory_bytes")};
}

RunRecord::Versions versions_of(const JsonField& field) {
  return {.gridstride = field.get<std::string>("gridstride"),
          .commit = field.get<std::string>("commit"),
          .compiler = field.get<std::string>("compiler"),
          .libraries = field.get<std::map<std::string, std::string>>("libraries")};
}

RunRecord::Epoch epoch_of(const JsonField& field) {
  return {.epoch = field.get<int>("epoch"),
          .loss = field.get<double>("loss"),
          .val_loss = field.get<double>("val_loss"),
          .val_accuracy = field.get<double>("val_accuracy")};
}

RunRecord::Results results_of(const JsonField& field) {
  RunRecord::Results results{.epochs = field.get<int>("epochs"),
                             .seconds = field.get<double>("seconds"),
                             .best = {},
                             .last = {},
                             .state = field.get_or("state", std::string()),
                             .assessment = field.get_or("verdict", std::string())};
  if (const auto best = field.find("best")) results.best = epoch_of(*best);
  if (const auto last = field.find("last")) results.last = epoch_of(*last);
  return results;
}

}  // namespace

RunRecord parse_run_record(const JsonField& field) {
  RunRecord record{
      .status = field.get<std::string>("status"),
      .started = field.get<std::string>("started"),
      .flags = field.get<std::map<std::string, std::string>>("flags"),
      .network = network_of(field["network"]),
      .training = training_of(field["recipe"]),
      .data = data_of(field["data"]),
      .device = {field["device"].get<std::string>("name"), field["device"].get<std::string>("description")},
      .machine = machine_of(field["machine"]),
      .versions = versions_of(field["versions"]),
      .implementations = field.get<std::map<std::string, std::string>>("implementations"),
      .results = {}};
  if (const auto results = field.find("results")) record.results = results_of(*results);
  return record;
}

}  // namespace gs
