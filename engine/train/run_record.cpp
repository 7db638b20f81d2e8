// run_record.cpp - the fields of run.json. Fields with a default are optional or absent in older records.
#include "engine/train/run_record.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "engine/net/recipe.h"

namespace gs {
namespace {

constexpr std::int64_t most_values = std::numeric_limits<int>::max();  ///< of one tensor: sums of many fit 64 bits

/// Checks that a shape has 1 to `most_values` values: others make products of extents overflow.
void check_shape(const JsonField& field) {
  std::int64_t values = 1;
  for (const JsonField& extent : field.entries()) values *= extent.whole_number(1, most_values / values);
}

Shape shape_of(const JsonField& field) {
  const auto extents = field.get<std::vector<int>>();
  if (extents.size() != 3) field.refuse("three extents: height, width, channels");
  check_shape(field);
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
  for (const JsonField& layer : field["layers"].entries()) {
    const JsonField parameters = layer["parameters"];
    for (const std::string& name : parameters.keys()) check_shape(parameters[name]);
    network.layers.push_back({layer.get<std::string>("name"), shape_of(layer["input"]),
                              parameters.get<std::map<std::string, std::vector<std::int64_t>>>()});
  }
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
  RunRecord::Data data{.source = field.get<std::string>("source"),
                       .checksum = field.get<std::string>("checksum"),
                       .path = field.get_or("path", std::string()),
                       .table = field.get_or("table", std::string()),
                       .image = shape_of(field["image"]),
                       .classes = field.get<std::vector<std::string>>("classes"),
                       .labels = field.get<std::vector<std::string>>("labels"),
                       .positive = field.get_or("positive", std::string()),
                       .training_images = field["train"].get<std::int64_t>("images")};
  if (const auto files = field.find("files"))
    data.files_passed_over = std::int64_t((*files)["passed_over"].entries().size());
  if (const auto bits = field.find("range_bits"); bits && bits->get<int>() == 0)
    data.range_bits = 0;
  else if (bits)
    data.range_bits = int(bits->whole_number(8, 16));
  if (data.classes.size() < 2) field["classes"].refuse("a list of two or more names");
  if (data.labels.size() != data.classes.size())
    field["labels"].refuse(fmt::format("a list of {} names, as many as 'data.classes'", data.classes.size()));
  return data;
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

RunRecord::InitialWeights initial_weights_of(const JsonField& field) {
  using Names = std::vector<std::string>;
  return {.path = field.get<std::string>("path"),
          .checksum = field.get<std::string>("checksum"),
          .taken = field.get<Names>("taken"),
          .left = field.get<Names>("left"),
          .unused = field.get<Names>("unused")};
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

RunRecord::Resumption resumption_of(const JsonField& field) {
  RunRecord::Resumption resumption{.started = field.get<std::string>("started"),
                                   .epochs = field.get<int>("epochs"),
                                   .steps = field.get<std::int64_t>("steps"),
                                   .ranks = field.get_or("ranks", 1),
                                   .changed = {}};
  const JsonField changed = field["changed"];
  for (const std::string& flag : changed.keys()) {
    RunRecord::FlagChange& change = resumption.changed[flag];
    if (const auto before = changed[flag].find("before")) change.before = before->get<std::string>();
    if (const auto after = changed[flag].find("after")) change.after = after->get<std::string>();
  }
  return resumption;
}

/// Checks what the recipe says about the classes: one output tells two apart, and each has a weight.
void check_classes(const JsonField& recipe, const RunRecord& record) {
  const std::size_t classes = record.data.classes.size(), weights = record.training.class_weights.size();
  if (record.training.loss != LossKind::softmax && classes != 2)
    recipe["loss"].refuse(fmt::format("softmax, the loss for {} classes", classes));
  if (weights != 0 && weights != classes)
    recipe["class_weights"].refuse(fmt::format("an empty list or one of {} numbers, a number a class", classes));
}

}  // namespace

int RunRecord::most_ranks() const {
  int most = ranks;
  for (const Resumption& one : resumed) most = std::max(most, one.ranks);
  return most;
}

RunRecord parse_run_record(const JsonField& field) {
  RunRecord record{
      .status = field.get<std::string>("status"),
      .message = field.get_or("message", std::string()),
      .started = field.get<std::string>("started"),
      .flags = field.get<std::map<std::string, std::string>>("flags"),
      .network = network_of(field["network"]),
      .training = training_of(field["recipe"]),
      .data = data_of(field["data"]),
      .device = {field["device"].get<std::string>("name"), field["device"].get<std::string>("description")},
      .machine = machine_of(field["machine"]),
      .versions = versions_of(field["versions"]),
      .implementations = field.get<std::map<std::string, std::string>>("implementations"),
      .ranks = 1,
      .kernels = {},
      .initial_weights = {},
      .results = {},
      .resumed = {}};
  if (const auto ranks = field.find("ranks")) record.ranks = int(ranks->entries().size());
  if (const auto kernels = field.find("kernels"))
    for (const JsonField& one : kernels->entries())
      record.kernels.push_back(
          {one.get<std::string>("layer"), one.get<std::string>("file"), one.get<std::string>("checksum")});
  if (const auto initial = field.find("initial_weights")) record.initial_weights = initial_weights_of(*initial);
  if (const auto results = field.find("results")) record.results = results_of(*results);
  if (const auto resumed = field.find("resumed"))
    for (const JsonField& one : resumed->entries()) record.resumed.push_back(resumption_of(one));
  check_classes(field["recipe"], record);
  return record;
}

}  // namespace gs
