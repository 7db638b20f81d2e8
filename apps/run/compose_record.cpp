// compose_record.cpp - the fields of run.json, in their order.
#include "apps/run/compose_record.h"

#include <filesystem>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/kernel/kernel_flag.h"
#include "apps/run/machine.h"
#include "apps/run/train_plan.h"
#include "engine/core/json_text.h"
#include "engine/net/freeze.h"
#include "engine/train/metrics.h"
#include "models/models.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

Json network_record(const Net& net, const TrainOptions& o) {
  Json layers = Json::array();
  for (const Layer& layer : net.layers) {
    Json parameters = Json::object();
    for (const Parameter& p : layer.parameters) parameters[p.name] = p.shape;
    Json reads = Json::array();
    for (const int input : layer.inputs)
      reads.push_back(input == network_input ? "input" : net.layers[std::size_t(input)].name);
    layers.push_back({{"name", layer.name},
                      {"reads", reads},
                      {"input", {layer.input.h, layer.input.w, layer.input.c}},
                      {"output", {layer.output.h, layer.output.w, layer.output.c}},
                      {"parameters", parameters}});
  }
  return {{"name", net.name},
          {"base", o.base.value_or(find_model(o.model).default_base)},
          {"depth", o.depth.value_or(find_model(o.model).default_depth)},
          {"dropout", o.dropout.value_or(double(find_model(o.model).default_dropout))},
          {"features", o.features},
          {"input", {net.input.h, net.input.w, net.input.c}},
          {"parameters", net.parameter_count()},
          {"layers", layers}};
}

Json schedule_record(const TrainOptions& o) {
  Json record = {{"name", o.schedule}, {"warm_up", o.warm_up}};
  if (o.schedule == "step") record["step_epochs"] = o.step_epochs, record["step_factor"] = o.step_factor;
  return record;
}

Json ledger_record(const Ledger& ledger) {
  Json passed_over = Json::array();
  for (const PassedOver& one : ledger.passed_over)
    passed_over.push_back({{"file", as_utf8(one.file)}, {"why", as_utf8(one.why)}});
  return {{"seen", ledger.seen}, {"used", ledger.used}, {"passed_over", passed_over}};
}

Json data_record(const DataSplits& data, const std::string& positive) {
  const auto split = [&](const Dataset& d) {
    return Json{{"images", d.n}, {"class_counts", class_counts(d, data.classes.size())}};
  };
  Json record = {{"source", as_utf8(data.source)}, {"kind", data.kind}, {"checksum", data.checksum}};
  if (data.kind != "synthetic") record["path"] = as_utf8(std::filesystem::absolute(data.source).string());
  if (!data.table.empty()) record["table"] = as_utf8(std::filesystem::absolute(data.table).string());
  record["range_bits"] = data.range_bits;
  record["image"] = {data.train.h, data.train.w, data.train.c};
  record["classes"] = data.classes;
  if (!positive.empty()) {
    record["positive"] = positive;
    const std::string& negative = data.classes[data.classes[0] == positive ? 1 : 0];
    record["labels"] = {negative, positive};
  } else {
    record["labels"] = data.classes;
  }
  if (data.ledger.seen > 0) record["files"] = ledger_record(data.ledger);
  record["train"] = split(data.train);
  record["validation"] = split(data.validation);
  return record;
}

Json epoch_record(const EpochResult& r) {
  return {{"epoch", r.epoch},
          {"loss", r.loss},
          {"accuracy", r.accuracy},
          {"val_loss", r.val_loss},
          {"val_accuracy", r.val_accuracy}};
}

}  // namespace

Json start_record(const Words& words, const std::map<std::string, std::string>& given, const TrainOptions& o,
                  const DataSplits& data, const std::string& positive, const Program& program) {
  Json command = {"gridstride", "train"};
  for (const std::string& word : words) command.push_back(as_utf8(word));
  // These flags describe this start, not the run.
  std::map<std::string, std::string> flags = given;
  for (const char* name : {"out", "overwrite", "quiet", "json-lines", "resume", "stop-after", "decode", "shard"})
    flags.erase(name);
  for (auto& [flag, value] : flags) value = as_utf8(value);
  const Recipe& r = program.recipe();
  Json record = {
      {"format", 1},
      {"status", "running"},
      {"started", utc_now()},
      {"command", command},
      {"flags", flags},
      {"network", network_record(program.net(), o)},
      {"recipe",
       {{"loss", to_string(r.loss)},
        {"optimizer", optimizer_record(o.optimizer)},
        {"learning_rate", o.learning_rate},
        {"schedule", schedule_record(o)},
        {"label_smoothing", o.label_smoothing},
        {"class_weights", r.class_weights},
        {"augmentation", {{"flip", o.flip}, {"shift", o.shift}, {"rotate", o.rotate}, {"brightness", o.brightness}}},
        {"patience", o.patience},
        {"batch", r.batch},
        {"epochs", r.epochs},
        {"precision", to_string(r.precision)},
        {"seed", r.seed}}},
      {"data", data_record(data, positive)},
      {"device", device_facts(program.device())},
      {"machine", machine_facts()},
      {"versions", version_facts()},
      {"implementations", program.implementations()}};
  if (const Ranks* const ranks = program.shared_batch().ranks)
    for (int r = 0; r < ranks->size(); ++r)
      record["ranks"].push_back({{"host", as_utf8(ranks->host(r))}, {"rows", program.shared_batch().division.rows(r)}});
  if (const auto frozen = frozen_layers(program.net()); !frozen.empty()) record["frozen"] = frozen;
  if (o.kernels)
    for (const RunKernels::Entry& kernel : run_kernels(*o.kernels)->entries())
      record["kernels"].push_back(
          {{"layer", kernel.of.layer}, {"file", kernel.of.file}, {"checksum", kernel.checksum}});
  return record;
}

void add_initial_weights(Json& record, const RunRecord::InitialWeights& weights) {
  record["initial_weights"] = {{"path", as_utf8(weights.path)},
                               {"checksum", weights.checksum},
                               {"taken", weights.taken},
                               {"left", weights.left},
                               {"unused", weights.unused}};
}

Json distance_record(const Distance& distance) {
  return {{"steps", distance.steps},
          {"largest_difference", distance.largest},
          {"at_step", distance.largest_at},
          {"first_step",
           {{"loss", distance.first.loss}, {"gradient", distance.first.gradient}, {"change", distance.first.change}}},
          {"first_beyond_rounding", distance.first_beyond}};
}

void add_resumption(Json& record, const Earlier& earlier) {
  std::vector<RunRecord::Resumption> all = earlier.record.resumed;
  RunRecord::Resumption now{
      record["started"], int(earlier.history.size()), earlier.partial.steps, earlier.record.ranks, {}};
  for (const auto& [flag, value] : earlier.record.flags) now.changed[flag].before = value;
  for (const auto& [flag, value] : record["flags"].items()) now.changed[flag].after = value.get<std::string>();
  std::erase_if(now.changed, [](const auto& flag) { return flag.second.before == flag.second.after; });
  all.push_back(std::move(now));
  record["resumed"] = Json::array();
  for (const RunRecord::Resumption& one : all) {
    Json changed = Json::object();
    for (const auto& [flag, change] : one.changed) {
      if (change.before) changed[flag]["before"] = *change.before;
      if (change.after) changed[flag]["after"] = *change.after;
    }
    record["resumed"].push_back(
        {{"started", one.started}, {"epochs", one.epochs}, {"steps", one.steps}, {"changed", changed}});
    if (one.ranks > 1) record["resumed"].back()["ranks"] = one.ranks;
  }
}

void end_record(Json& record, const std::string& status, const std::vector<EpochResult>& history,
                const RunAssessment& assessment, double seconds, const std::string& message) {
  record["status"] = status;
  record["ended"] = utc_now();
  if (!message.empty()) record["message"] = message;
  Json results = {{"epochs", history.size()}, {"seconds", seconds}};
  if (!history.empty()) {
    const int first = history.front().epoch;
    results["best"] = epoch_record(history.at(std::size_t(assessment.best_epoch - first)));
    results["last"] = epoch_record(history.back());
    results["val_accuracy_standard_error"] = assessment.accuracy_error;
    results["state"] = to_string(assessment.state);
    results["verdict"] = assessment.text;
  }
  record["results"] = results;
}

Json metrics_record(const Evaluation& e, const std::vector<std::int32_t>& labels, std::size_t classes) {
  const ClassifierMetrics m = classifier_metrics(e.logits, e.outputs, labels, int(classes));
  Json record = {{"images", labels.size()},
                 {"loss", e.loss},
                 {"accuracy", m.accuracy},
                 {"balanced_accuracy", m.balanced_accuracy}};
  if (classes == 2) {
    record["sensitivity"] = m.sensitivity;
    record["specificity"] = m.specificity;
    record["precision"] = m.precision;
    record["area_under_roc"] = m.area_under_roc;
  }
  if (classes > 5) record["top5_accuracy"] = m.top5_accuracy;
  record["confusion"] = m.confusion;
  return record;
}

Json evaluation_record(int epoch, const Evaluation& training, const Evaluation& validation, const DataSplits& data) {
  Json record = {{"epoch", epoch}, {"training", {{"loss", training.loss}, {"accuracy", training.accuracy}}}};
  record["validation"] = metrics_record(validation, data.validation.labels, data.classes.size());
  return record;
}

std::string run_name(const TrainOptions& o, int base) {
  const TrainOptions usual;
  std::string name = fmt::format("{}-{}", o.model, base);
  const auto add = [&](bool differs, const std::string& text) {
    if (differs) name += "-" + text;
  };
  add(o.depth.has_value(), fmt::format("depth{}", o.depth.value_or(0)));
  add(o.data.data != built_in_data, std::filesystem::path(o.data.data + "/").parent_path().stem().string());
  add(o.data.split != usual.data.split, o.data.split);
  if (o.data.image_size) name += "-" + size_text(*o.data.image_size) + "px";
  add(o.data.channels == 3, "colour");
  add(o.optimizer.name != usual.optimizer.name, o.optimizer.name);
  add(o.learning_rate != usual.learning_rate, fmt::format("lr{:g}", o.learning_rate));
  add(o.batch != usual.batch, fmt::format("b{}", o.batch));
  add(o.epochs != usual.epochs, fmt::format("e{}", o.epochs));
  add(o.dropout.has_value(), fmt::format("drop{:g}", o.dropout.value_or(0)));
  add(o.schedule != usual.schedule, o.schedule);
  add(o.class_weight != usual.class_weight, o.class_weight);
  add(o.flip != usual.flip || o.shift > 0 || o.rotate > 0 || o.brightness > 0, "augmented");
  add(o.features != usual.features, o.features);
  add(o.init_from.has_value(),
      "from-" + std::filesystem::path(o.init_from.value_or("") + "/").parent_path().stem().string());
  add(!o.freeze.empty(), "frozen");
  add(o.loss != usual.loss, o.loss + (o.output == "sigmoid" ? "-sigmoid" : ""));
  std::string device = o.device;
  std::erase(device, ':');  // not every file system allows it in names
  std::ranges::replace(device, ',', '+');
  add(o.device != usual.device, device);
  if (o.kernels)
    for (const LayerKernel& kernel : layer_kernels(*o.kernels))
      name += fmt::format("-{}-{}", kernel.layer, std::filesystem::path(kernel.file).stem().string());
  add(o.seed != usual.seed, fmt::format("seed{}", o.seed));
  return name;
}

}  // namespace gs::apps
