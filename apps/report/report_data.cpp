// report_data.cpp - curves, tables and blocks of the report page.
#include "apps/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/lab/statistics.h"
#include "apps/report/pictures.h"
#include "apps/report/profile_links.h"
#include "apps/run/machine.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/quantile.h"
#include "engine/train/metrics.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

/// null for NaN, which JSON cannot write: a gap in the curve.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double v : values) list.push_back(number(v));
  return list;
}

Json series(const SeededRun& run) {
  std::vector<int> epochs(std::size_t(run.epochs()));
  std::iota(epochs.begin(), epochs.end(), 1);
  Json s = {{"name", run.name}, {"epochs", epochs}};
  const std::vector<double> val_loss = run.curve(&EpochResult::val_loss);
  for (const char* column : {"loss", "accuracy", "val_loss", "val_accuracy"}) {
    s[column] = numbers(run.curve(column_of(column)));
    if (run.seeds.size() < 2) continue;
    std::vector<double> low = run.curve(column_of(column)), high = low;
    for (const FinishedRun& seed : run.seeds)
      for (std::size_t e = 0; e < low.size(); ++e) {
        low[e] = std::min(low[e], seed.history[e].*column_of(column));
        high[e] = std::max(high[e], seed.history[e].*column_of(column));
      }
    s["low"][column] = numbers(low);
    s["high"][column] = numbers(high);
  }
  s["best_epoch"] = std::min_element(val_loss.begin(), val_loss.end()) - val_loss.begin() + 1;
  return s;
}

/// Mean over the seeds, with their standard deviation if there are several.
std::string over_seeds(const SeededRun& run, int digits, const auto& value_of) {
  std::vector<double> values;
  for (const FinishedRun& seed : run.seeds) values.push_back(value_of(seed));
  const double n = double(values.size()), mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  if (values.size() < 2) return fmt::format("{:.{}f}", mean, digits);
  return fmt::format("{:.{}f} ± {:.{}f}", mean, digits, std::sqrt(squares / (n - 1)), digits);
}

double median_seconds(const FinishedRun& run) {
  return median(run.seconds);
}

Json table(const std::string& title, const std::vector<std::string>& columns) {
  return {{"kind", "table"}, {"title", title}, {"columns", columns}, {"rows", Json::array()}};
}
void add_row(Json& table, const std::vector<std::string>& cells) {
  Json row = Json::array();
  for (const std::string& cell : cells) row.push_back(cell);
  table["rows"].push_back(row);
}

/// A short description of the run, without seed, positive class and the like.
std::string setting_of(const FinishedRun& run) {
  const RunRecord::Training& t = run.record.training;
  const RunRecord::Network& n = run.record.network;
  std::string text = fmt::format("{}, base {}, batch {}, {}, rate {:g}, {}", n.name, n.base, t.batch, t.optimizer,
                                 t.learning_rate, to_string(t.loss));
  if (n.depth > 0) text += fmt::format(", depth {}", n.depth);
  if (n.dropout > 0) text += fmt::format(", dropout {:g}", n.dropout);
  if (n.features != "pixels") text += ", HOG features";
  return text;
}

Json results_table(const ReportTask& task) {
  Json t = table("Final and best numbers", {"run", "epochs", "loss", "accuracy", "val_loss", "val_accuracy",
                                            "best epoch", "val_loss there", "val_acc. there", "± se", "s/epoch"});
  for (const SeededRun& run : task.runs) {
    const auto last = [](double EpochResult::*column) {
      return [column](const FinishedRun& r) { return r.history.back().*column; };
    };
    const auto best = [](double EpochResult::*column) {
      return [column](const FinishedRun& r) { return r.history[std::size_t(r.best_epoch() - 1)].*column; };
    };
    const double a = best(&EpochResult::val_accuracy)(run.seeds[0]), images = double(run.seeds[0].labels.size());
    add_row(t, {run.name, std::to_string(run.epochs()), over_seeds(run, 4, last(&EpochResult::loss)),
                over_seeds(run, 3, last(&EpochResult::accuracy)), over_seeds(run, 4, last(&EpochResult::val_loss)),
                over_seeds(run, 3, last(&EpochResult::val_accuracy)),
                over_seeds(run, 0, [](const FinishedRun& r) { return double(r.best_epoch()); }),
                over_seeds(run, 4, best(&EpochResult::val_loss)), over_seeds(run, 3, best(&EpochResult::val_accuracy)),
                fmt::format("{:.3f}", std::sqrt(a * (1 - a) / images)), over_seeds(run, 3, median_seconds)});
  }
  return t;
}

ClassifierMetrics metrics_of(const FinishedRun& run) {
  const int classes = int(run.record.data.classes.size());
  return classifier_metrics(run.logits_at_best(), run.loss.classes, run.labels, classes);
}

/// Sensitivity and related metrics at the best epoch, for two classes.
std::optional<Json> positive_table(const ReportTask& task) {
  Json t = table("At the best epoch, for the positive class",
                 {"run", "balanced accuracy", "sensitivity", "specificity", "precision", "area under ROC"});
  for (const SeededRun& run : task.runs) {
    if (run.seeds[0].best_logits.empty() || run.seeds[0].record.data.classes.size() != 2) return std::nullopt;
    const auto of = [&](double ClassifierMetrics::*member) {
      return over_seeds(run, 3, [member](const FinishedRun& r) { return metrics_of(r).*member; });
    };
    add_row(t, {run.name, of(&ClassifierMetrics::balanced_accuracy), of(&ClassifierMetrics::sensitivity),
                of(&ClassifierMetrics::specificity), of(&ClassifierMetrics::precision),
                of(&ClassifierMetrics::area_under_roc)});
  }
  return t;
}

Json findings_block(const ReportTask& task) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < task.evidence.size(); ++i)
    rows.push_back({{"claim", task.plan.findings[i].says},
                    {"outcome", to_string(task.evidence[i].outcome)},
                    {"evidence", task.evidence[i].text}});
  return {{"kind", "findings"}, {"rows", rows}};
}

Json confusion_block(const SeededRun& run) {
  return {{"kind", "confusion"},
          {"title", fmt::format("{}: confusion at the best epoch", run.name)},
          {"labels", run.seeds[0].record.data.labels},
          {"counts", metrics_of(run.seeds[0]).confusion}};
}

Json roc_block(const std::vector<const SeededRun*>& runs) {
  Json curves = Json::array();
  for (const SeededRun* run : runs) {
    const FinishedRun& first = run->seeds[0];
    const auto scores = positive_scores(first.logits_at_best(), first.loss.classes);
    std::vector<double> fpr, tpr;
    for (const RocPoint& p : roc_curve(scores, first.labels))
      fpr.push_back(p.false_positive_rate), tpr.push_back(p.true_positive_rate);
    if (!fpr.empty())
      curves.push_back(
          {{"name", run->name}, {"fpr", fpr}, {"tpr", tpr}, {"auc", number(metrics_of(first).area_under_roc)}});
  }
  const std::string& recorded = runs[0]->seeds[0].record.data.positive;
  const std::string positive = recorded.empty() ? "class 1" : recorded;
  return {{"kind", "roc"}, {"title", fmt::format("ROC curve for {} at the best epoch", positive)}, {"curves", curves}};
}

Json parameters_block(const std::vector<const SeededRun*>& runs) {
  Json t =
      table("Where the parameters are", {"run", "convolutions", "dense layers", "all", "share of the dense layers"});
  for (const SeededRun* run : runs) {
    std::int64_t conv = 0, dense = 0, all = 0;
    for (const RunRecord::Layer& layer : run->seeds[0].record.network.layers) {
      std::int64_t size = 0;
      std::size_t extents = 0;  // of the weights: 4 of a convolution, 2 of a dense layer
      for (const auto& [name, shape] : layer.parameters) {
        size += std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
        extents = std::max(extents, shape.size());
      }
      all += size;
      if (extents == 4) conv += size;
      if (extents == 2) dense += size;
    }
    add_row(t, {run->name, grouped(conv), grouped(dense), grouped(all),
                fmt::format("{:.1f} %", 100 * double(dense) / double(all))});
  }
  return t;
}

Json output_layer_block(const SeededRun& run) {
  const std::int64_t inputs = run.seeds[0].record.network.layers.back().input.c;
  const auto parameters = [&](std::int64_t outputs) { return grouped((inputs + 1) * outputs); };
  return {
      {"kind", "text"},
      {"text", fmt::format("The last layer of {} takes {} values. For two classes it has one output: {} parameters, "
                           "whose sign says the class and whose sigmoid is the probability of the positive one (--loss "
                           "bce). For K classes it has K outputs, {} parameters at K = 10, through a softmax; the "
                           "largest says the class (--loss softmax). Softmax with two outputs, {} parameters, is the "
                           "same family of functions: only the difference of its two logits counts.",
                           run.name, inputs, parameters(1), parameters(10), parameters(2))}};
}

Json seconds_block(const std::vector<const SeededRun*>& runs) {
  std::vector<std::string> labels;
  std::vector<double> values, low, high;
  std::size_t epochs = 0;
  for (const SeededRun* run : runs) {
    std::vector<double> seconds;
    for (const FinishedRun& seed : run->seeds) seconds.insert(seconds.end(), seed.seconds.begin(), seed.seconds.end());
    epochs = seconds.size();
    labels.push_back(run->name);
    values.push_back(median(seconds));
    low.push_back(quantile(seconds, 0.1));
    high.push_back(quantile(seconds, 0.9));
  }
  return {{"kind", "bars"},
          {"title", fmt::format("Seconds an epoch, validation included (median, 10 % and 90 % of {} epochs)", epochs)},
          {"unit", "s"},
          {"labels", labels},
          {"values", values},
          {"low", low},
          {"high", high}};
}

/// The block that an entry of "show" in the plan asks for.
Json shown(const nlohmann::json& show, const ReportTask& task) {
  const std::string kind = show.value("kind", std::string());
  std::vector<const SeededRun*> runs;
  for (const auto& index : show.value("runs", nlohmann::json::array()))
    runs.push_back(&task.runs.at(index.get<std::size_t>()));
  if (show.contains("run")) runs.push_back(&task.runs.at(show["run"].get<std::size_t>()));
  if (runs.empty()) throw UsageError(fmt::format("task {}: {} names no run", task.plan.id, json_text(show)));
  const SeededRun& run = *runs[0];
  if (kind == "confusion") return confusion_block(run);
  if (kind == "roc") return roc_block(runs);
  if (kind == "parameters") return parameters_block(runs);
  if (kind == "output_layer") return output_layer_block(run);
  if (kind == "seconds") return seconds_block(runs);
  if (kind == "filters") return filters_block(open_run(run.seeds[0]), run.name);
  if (kind == "feature_maps") return feature_maps_block(open_run(run.seeds[0]), run.name);
  if (kind == "mistakes") return mistakes_block(open_run(run.seeds[0]), run.seeds[0], run.name);
  throw UsageError(
      fmt::format("task {}: '{}' is not a valid kind to show; use confusion, roc, mistakes, filters, "
                  "feature_maps, parameters, output_layer or seconds",
                  task.plan.id, kind));
}

Json task_data(const ReportTask& task, const std::filesystem::path& page_folder) {
  std::vector<std::string> settings;
  for (const SeededRun& run : task.runs)
    if (const std::string s = setting_of(run.seeds[0]);
        std::find(settings.begin(), settings.end(), s) == settings.end())
      settings.push_back(s);
  Json data = {
      {"id", task.plan.id}, {"title", task.plan.title}, {"setting", fmt::format("{}", fmt::join(settings, " · "))}};
  data["series"] = Json::array();
  Json blocks = Json::array();
  if (!task.evidence.empty()) blocks.push_back(findings_block(task));
  if (task.plan.curves) {
    for (const SeededRun& run : task.runs) data["series"].push_back(series(run));
    blocks.push_back(results_table(task));
    if (const auto t = positive_table(task)) blocks.push_back(*t);
  }
  for (const auto& show : task.plan.shows) blocks.push_back(shown(show, task));
  if (const auto profiles = profiles_block(task.runs, page_folder)) blocks.push_back(*profiles);
  data["blocks"] = blocks;
  return data;
}

Json machine_card(const FinishedRun& run) {
  const RunRecord& r = run.record;
  Json card = Json::array();
  const auto add = [&](const std::string& name, const std::string& value) {
    card.push_back(Json::array({name, value}));
  };
  add("CPU", fmt::format("{}, {} cores, {}", r.machine.cpu, r.machine.cores, r.machine.vector_width));
  add("memory", fmt::format("{:.1f} GiB", double(r.machine.memory_bytes) / (1 << 30)));
  add("system", r.machine.system);
  add("device", fmt::format("{}: {}", r.device.name, r.device.description));
  add("precision", r.training.precision);
  add("gridstride", fmt::format("{} {}", r.versions.gridstride, r.versions.commit));
  add("compiler", r.versions.compiler);
  for (const auto& [name, version] : r.versions.libraries) add(name, version);
  add("data", fmt::format("{}, checksum {}{}", r.data.source, r.data.checksum,
                          r.data.files_passed_over == 0
                              ? ""
                              : fmt::format(", {} passed over", plural(r.data.files_passed_over, "file"))));
  add("first run started", r.started);
  return card;
}

}  // namespace

ReportTask report_task(const PlannedTask& plan, std::vector<SeededRun> runs) {
  ReportTask task{plan, std::move(runs), {}};
  for (const PlannedFinding& finding : plan.findings) task.evidence.push_back(examine(finding, task.runs));
  return task;
}

Json report_data(const ReportHead& head, const std::vector<ReportTask>& tasks) {
  Json data = {{"title", head.title}, {"subtitle", head.subtitle}, {"generated", utc_now()}, {"notes", head.notes}};
  data["tasks"] = Json::array();
  for (const ReportTask& task : tasks) data["tasks"].push_back(task_data(task, head.folder));
  data["machine"] = machine_card(tasks.at(0).runs.at(0).seeds.at(0));
  return data;
}

std::string findings_text(const std::vector<ReportTask>& tasks) {
  std::string text;
  for (const ReportTask& task : tasks)
    for (std::size_t i = 0; i < task.evidence.size(); ++i)
      text += fmt::format("{:<4} {:<18} {}\n", task.plan.id, to_string(task.evidence[i].outcome),
                          task.plan.findings[i].says);
  return text;
}

}  // namespace gs::apps
