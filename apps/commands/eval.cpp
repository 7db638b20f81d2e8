// eval.cpp - `gridstride eval RUN`: evaluates a trained network on its own images or on others.
#include <algorithm>
#include <climits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/device_flag.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/compose_record.h"
#include "apps/run/prepared_run.h"
#include "apps/run/recorded_data.h"
#include "apps/run/saved_run.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/core/pretty_json.h"
#include "engine/core/printable.h"
#include "engine/device/backends.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

struct EvalOptions {
  std::string run, weights = "best", split = "validation", device = "auto";
  DataRequest data;
  int threads = 0;
  bool json = false;
};

Arguments eval_arguments(EvalOptions& o) {
  Arguments a("eval RUN [flags]",
              "Evaluates a trained network: loss, accuracy, confusion matrix, and for two classes sensitivity, "
              "specificity, precision and the area under the ROC curve. Without --data, on the images it was trained "
              "and validated with; if their checksum has changed, they are refused.");
  a.positional("run", o.run);
  a.section("Evaluation");
  a.choice("--weights", o.weights, "weights of the best epoch or of the last one", {"best", "last"});
  a.choice("--split", o.split,
           "images to evaluate; test: those of the folder test/, which the run has left alone if there is val/, too",
           {"validation", "training", "all", "test"});
  a.section("Data");
  add_data_flags(a, o.data);
  a.section("Machine and output");
  add_device_flag(a, o.device);
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.flag("--json", o.json, "print JSON");
  return a;
}

struct EvalData {
  DataSplits splits;
  bool left_alone = false;  ///< the images are a test split beside the run's own data, which it did not use
};

bool leaves_a_split(const Ledger& ledger) {
  return std::ranges::find(ledger.passed_over, other_split, &PassedOver::why) != ledger.passed_over.end();
}

/// The images to evaluate: the run's own, which must not have changed, or those of --data in the size that the network
/// takes.
EvalData load_images(const EvalOptions& o, const Arguments& a, const SavedRun& run) {
  TrainOptions options = run.options;
  options.threads = o.threads;
  options.quiet = o.json;
  if (a.given("--data")) {
    options.data = o.data;
    if (!a.given("--range")) options.data.range_bits = run.record.data.range_bits;  // as training scaled them
    const Shape& image = run.record.data.image;
    const bool pixels = options.features == "pixels";
    options.data.image_size = pixels ? ImageSize(image.h, image.w) : run.options.data.image_size;
    options.data.channels = pixels ? image.c : run.options.data.channels;
  }
  options.data.decoding = o.data.decoding;
  if (o.split == "test") options.data.split = "test", options.data.validation_split.reset();
  const DataRequest& then = run.options.data;
  const bool others = a.given("--data"), new_split = options.data.split != then.split;
  EvalData data{load_training_data(options, others || new_split ? Warnings::say : Warnings::drop)};
  // Without val/ the run validated with test/, unless --val-split did.
  data.left_alone = !others && new_split && (then.validation_split || leaves_a_split(data.splits.ledger));
  if (!others && !data.left_alone)
    check_same_data(run.record, data.splits, o.run,
                    fmt::format("; --data {} evaluates what it holds", data.splits.source));
  return data;
}

/// The other data flags need --data; the network fixes size and channels.
void check_flags(const EvalOptions& o, const Arguments& a) {
  for (const char* flag : {"--image-size", "--channels"})
    if (a.given(flag)) throw UsageError(fmt::format("{}: the trained network fixes it", flag));
  for (const std::string_view flag : data_flag_names)
    if (flag != "decode" && a.given(fmt::format("--{}", flag)) && !a.given("--data"))
      throw UsageError(fmt::format("--{} is for other images: it needs --data", flag));
  if (a.given("--data")) check_data_flags(o.data);
  if (o.split == "test" && o.data.validation_split)
    throw UsageError("--split test and --val-split both say what to evaluate: one at a time");
}

/// Both splits are streams, or neither is.
std::shared_ptr<const PictureStream> joined(const PictureStream& a, const PictureStream& b) {
  PictureStream both = a;
  both.files.insert(both.files.end(), b.files.begin(), b.files.end());
  both.sums.insert(both.sums.end(), b.sums.begin(), b.sums.end());
  return std::make_shared<const PictureStream>(std::move(both));
}

Dataset joined(Dataset both, const Dataset& b) {
  if (both.n > INT_MAX - b.n) throw UsageError(fmt::format("--split all: more than {} images in both splits", INT_MAX));
  const double bytes = double(both.images.size()) + double(b.images.size());  // they move there
  if (const std::string shortage = memory_shortage(bytes); !shortage.empty())
    throw UsageError(fmt::format("--split all: the images of both splits need {}", shortage));
  both.n += b.n;
  if (both.stream) both.stream = joined(*both.stream, *b.stream);
  both.images.insert(both.images.end(), b.images.begin(), b.images.end());
  both.labels.insert(both.labels.end(), b.labels.begin(), b.labels.end());
  both.files.insert(both.files.end(), b.files.begin(), b.files.end());
  return both;
}

Dataset chosen_split(DataSplits data, const std::string& split) {
  if (split == "all") return joined(std::move(data.train), data.validation);
  return std::move(split == "training" ? data.train : data.validation);
}

/// Every number of the record, a line each, then the confusion matrix.
std::string evaluation_text(const Json& record, bool left_alone, std::vector<std::string> labels) {
  std::transform(labels.begin(), labels.end(), labels.begin(), printable);  // before their widths count
  const std::string whose = record["own_data"].get<bool>() ? ""
                            : left_alone                   ? ", which the run left alone"
                                                           : ", not the data of the run";
  std::string text =
      fmt::format("{}: weights of epoch {}, {} images of {} ({}{})\n\n", record["run"].get<std::string>(),
                  record["epoch"].get<int>(), record["images"].get<int>(), record["source"].get<std::string>(),
                  record["split"].get<std::string>(), whose);
  const Json& metrics = record["metrics"];
  for (const auto& [name, value] : metrics.items()) {
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (value.is_number_float()) text += fmt::format("  {:<20} {:.4f}\n", words, value.get<double>());
  }
  std::size_t width = 6;
  for (const std::string& label : labels) width = std::max(width, label.size() + 2);
  text += "\nrows: true class, columns: predicted class\n\n" + std::string(width + 2, ' ');
  for (const std::string& label : labels) text += fmt::format("{:>{}}", label, width);
  for (std::size_t k = 0; k < labels.size(); ++k) {
    text += fmt::format("\n  {:<{}}", labels[k], width);
    for (const auto& count : metrics["confusion"][k]) text += fmt::format("{:>{}}", count.get<std::int64_t>(), width);
  }
  return text + "\n";
}

}  // namespace

int eval_command(const Words& words) {
  EvalOptions o;
  Arguments a = eval_arguments(o);
  if (!a.parse(words)) return 0;
  if (o.run.empty()) throw UsageError("eval: which run? 'gridstride eval runs/lenet-32' evaluates one");
  check_flags(o, a);
  check_device(o.device);
  const SavedRun run = open_saved_run(o.run, o.weights);
  EvalData loaded = load_images(o, a, run);
  DataSplits& data = loaded.splits;
  const std::vector<std::string>& classes = run.record.data.classes;
  if (data.classes != classes)
    throw UsageError(fmt::format("--data {} has the classes {}; the network was trained on {}", data.source,
                                 fmt::join(data.classes, ", "), fmt::join(classes, ", ")));
  make_positive_one(data, choose_positive(run.options, run.loss, data.classes));
  const std::string source = data.source, checksum = data.checksum;
  Dataset images = chosen_split(std::move(data), o.split);
  const std::vector<std::int32_t> truth = images.labels;
  const Evaluation evaluation = evaluate_saved(run, std::move(images), o.device, o.threads);
  const Json record = {{"run", o.run},          {"weights", o.weights},
                       {"epoch", run.epoch},    {"source", source},
                       {"checksum", checksum},  {"own_data", checksum == run.record.data.checksum},
                       {"split", o.split},      {"images", truth.size()},
                       {"classes", run.labels}, {"metrics", metrics_record(evaluation, truth, run.labels.size())}};
  if (o.json)
    print_as_it_is(pretty(record) + "\n");
  else
    print_text(evaluation_text(record, loaded.left_alone, run.labels));
  return 0;
}

}  // namespace gs::apps
