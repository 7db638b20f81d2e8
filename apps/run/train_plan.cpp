// train_plan.cpp - combines flags, classes and device into a net and a recipe.
#include "apps/run/train_plan.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/kernel/kernel_flag.h"
#include "apps/run/named_run.h"
#include "apps/run/ranks_of_run.h"
#include "engine/core/error.h"
#include "engine/net/freeze.h"
#include "models/models.h"

namespace gs::apps {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

LossKind choose_loss(const TrainOptions& o, std::size_t classes) {
  if (o.loss == "softmax" || (o.loss == "auto" && classes > 2)) return LossKind::softmax;
  if (classes > 2)
    throw UsageError(fmt::format("--loss {} is for two classes, and the data has {}: use softmax", o.loss, classes));
  if (o.loss == "hinge") return o.output == "sigmoid" ? LossKind::hinge_sigmoid : LossKind::hinge;
  return LossKind::bce;
}

std::string choose_positive(const TrainOptions& o, LossKind loss, const std::vector<std::string>& classes) {
  if (o.positive && std::find(classes.begin(), classes.end(), *o.positive) == classes.end())
    throw UsageError(
        fmt::format("--positive {}: there is no such class; the data has {}", *o.positive, fmt::join(classes, ", ")));
  if (loss == LossKind::softmax) {
    if (o.positive)
      throw UsageError(fmt::format("--positive is for two classes and a loss with one output; the data has {} classes",
                                   classes.size()));
    return "";
  }
  return o.positive.value_or(classes.at(1));
}

void make_positive_one(DataSplits& data, const std::string& positive) {
  if (positive.empty() || data.classes.at(1) == positive) return;
  for (Dataset* split : {&data.train, &data.validation})
    for (std::int32_t& label : split->labels) label = 1 - label;
}

std::optional<bool> tf32_allowed(const std::optional<std::string>& precision) {
  if (!precision) return std::nullopt;
  return *precision == "tf32";
}

Precision choose_precision(const std::optional<std::string>& asked, std::string_view device) {
  if (!asked) return device == "cuda" ? Precision::tf32 : Precision::fp32;
  if (*asked == "bf16") return Precision::bf16;
  return *asked == "tf32" ? Precision::tf32 : Precision::fp32;
}

void check_table_fits(const TrainOptions& o, Precision precision) {
  if (!o.implementation_from) return;
  const RunRecord record = named_run("--impl-from", *o.implementation_from);
  const auto model = record.flags.find("model");
  if (model != record.flags.end() && model->second != o.model)
    throw UsageError(fmt::format("--impl-from {}: that run was {}, this one would be {}", *o.implementation_from,
                                 model->second, o.model));
  const int depth = o.depth.value_or(find_model(o.model).default_depth);
  if (record.network.depth != depth)
    throw UsageError(fmt::format("--impl-from {}: that run was {} layers deep, this one would be {}; give --depth {}",
                                 *o.implementation_from, record.network.depth, depth, record.network.depth));
  const std::string& recorded = record.training.precision;
  if (recorded != to_string(precision))
    throw UsageError(fmt::format("--impl-from {}: that run was in {}, this one would be in {}; give --precision {}",
                                 *o.implementation_from, recorded, to_string(precision), recorded));
}

Net build_net(const TrainOptions& o, Shape input, LossKind loss, std::size_t classes) {
  const Model& model = find_model(o.model);
  ModelOptions options;
  options.input = input;
  options.base = o.base.value_or(model.default_base);
  options.depth = o.depth.value_or(model.default_depth);
  options.outputs = loss == LossKind::softmax ? int(classes) : 1;
  options.dropout = float(o.dropout.value_or(double(model.default_dropout)));
  Net net = model.build(options);
  if (!o.freeze.empty()) freeze_layers(net, o.freeze);
  return net;
}

Recipe build_recipe(const TrainOptions& o, LossKind loss, Precision precision) {
  Recipe r;
  r.loss = loss;
  r.optimizer = optimizer_of(o.optimizer);
  r.learning_rate = float(o.learning_rate);
  r.schedule.kind = o.schedule == "step"     ? Schedule::Kind::step
                    : o.schedule == "cosine" ? Schedule::Kind::cosine
                                             : Schedule::Kind::constant;
  r.schedule.step_epochs = o.step_epochs;
  r.schedule.step_factor = float(o.step_factor);
  r.schedule.warm_up_epochs = o.warm_up;
  r.label_smoothing = float(o.label_smoothing);
  r.augmentation.flip_horizontal = o.flip == "horizontal" || o.flip == "both";
  r.augmentation.flip_vertical = o.flip == "vertical" || o.flip == "both";
  r.augmentation.shift = float(o.shift);
  r.augmentation.rotate = float(o.rotate);
  r.augmentation.brightness = float(o.brightness);
  r.batch = o.batch;
  r.epochs = o.epochs;
  r.sync_batch_norm = o.sync_batch_norm;
  r.precision = precision;
  r.seed = o.seed;
  return r;
}

std::vector<float> balanced_weights(const std::vector<std::int64_t>& counts) {
  const double images = double(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)));
  std::vector<float> weights;
  for (const std::int64_t count : counts) weights.push_back(float(images / (double(counts.size()) * double(count))));
  return weights;
}

ImplementationChoice choose_implementations(const TrainOptions& o) {
  ImplementationChoice choice;
  if (o.kernels) choice.given = run_kernels(*o.kernels)->given();
  if (o.implementation_from) {
    const RunRecord record = named_run("--impl-from", *o.implementation_from);
    choice.fixed = record.implementations;
    // Another number of ranks has other rows of a batch, and other calls in part.
    const Ranks* const ranks = ranks_of_program();
    choice.where_it_fits = record.ranks != (ranks ? ranks->size() : 1);
    return choice;
  }
  choice.rule = "auto";
  choice.retune = o.retune;
  std::string rest = o.implementation;
  while (!rest.empty()) {
    std::size_t comma = 0;  // the knobs of a plan, {2=4,5=1}, belong together
    for (int depth = 0; comma < rest.size() && (depth > 0 || rest[comma] != ','); ++comma)
      depth += (rest[comma] == '{') - (rest[comma] == '}');
    const std::string entry = trimmed(rest.substr(0, comma));
    rest = comma < rest.size() ? rest.substr(comma + 1) : "";
    const auto equals = entry.find('=');
    if (equals == std::string::npos) {
      if (entry != "auto" && entry != "default" && entry != "own" && entry != "library")
        throw UsageError(fmt::format(
            "--impl: '{}' is not a valid rule; use auto, default, own, library, or \"call=implementation\" as in "
            "\"conv1 forward=direct\" (--explain lists the calls)",
            entry));
      choice.rule = entry;
    } else {
      const std::string call = trimmed(entry.substr(0, equals)), name = trimmed(entry.substr(equals + 1));
      if (call.empty() || name.empty())
        throw UsageError(
            fmt::format("--impl: '{}' lacks the {}; expected \"call=implementation\", as in \"conv1 "
                        "forward=direct\" (--explain lists the calls)",
                        entry, call.empty() ? "call" : "implementation"));
      choice.fixed[call] = name;
    }
  }
  // Interpreted kernels cannot be compared by time, and a library's kernels cannot be interpreted.
  if (o.device == "ptx" && choice.rule == "auto") choice.rule = "own";
  return choice;
}

ImplementationChoice built_in_implementations(const TrainOptions& o) {
  ImplementationChoice choice = choose_implementations(o);
  if (!o.kernels) return choice;
  choice.given = run_kernels(*o.kernels)->built_in();
  for (const std::string& call : choice.given->calls())
    std::erase_if(choice.fixed, [&](const auto& entry) { return names_call(entry.first, call); });
  return choice;
}

std::vector<std::int64_t> class_counts(const Dataset& data, std::size_t classes) {
  std::vector<std::int64_t> counts(classes);
  for (const std::int32_t label : data.labels) ++counts.at(std::size_t(label));
  return counts;
}

}  // namespace gs::apps
