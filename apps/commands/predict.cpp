// predict.cpp - `gridstride predict RUN IMAGE...`: class and probability of pictures.
#include <omp.h>

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/arguments.h"
#include "apps/cli/device_flag.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/saved_run.h"
#include "engine/core/error.h"
#include "engine/core/machine_limits.h"
#include "engine/core/pretty_json.h"
#include "engine/core/printable.h"
#include "engine/data/decode_image.h"
#include "engine/data/features.h"
#include "engine/data/opencv_module.h"
#include "engine/data/readers.h"
#include "engine/device/backends.h"
#include "engine/train/metrics.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

struct PredictOptions {
  std::vector<std::string> words;  ///< the run, then the pictures
  std::string weights = "best", device = "auto";
  int threads = 0;
  bool json = false;
};

Arguments predict_arguments(PredictOptions& o) {
  Arguments a(
      "predict RUN IMAGE... [flags]",
      "Names the class of each picture and its probability; with a hinge loss, which has no probability, the score: "
      "the distance from the decision boundary, positive for the positive class.");
  a.positional("run-and-images", o.words);
  a.section("Network");
  a.choice("--weights", o.weights, "weights of the best epoch or of the last one", {"best", "last"});
  a.section("Machine and output");
  add_device_flag(a, o.device);
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.flag("--json", o.json, "print JSON: every class's probability");
  return a;
}

/// The readable pictures, and the number of unreadable ones, each reported on standard error.
struct Pictures {
  std::vector<std::string> files;
  Dataset images;
  int unreadable = 0;
};

Pictures read_pictures(const SavedRun& run, const std::vector<std::string>& files, int threads) {
  if (!built_with_opencv()) throw UsageError("predict needs OpenCV to read pictures, which this build does not have");
  opencv_module();  // a module that is missing is no fault of a picture
  const bool hog = run.options.features == "hog";
  // Descriptors are computed from pictures of the size and channels in the run's flags.
  const ImageSize size =
      hog ? run.options.data.image_size.value_or(default_image_size) : ImageSize(run.net.input.h, run.net.input.w);
  const int channels = hog ? run.options.data.channels.value_or(1) : run.net.input.c;
  if (channels != 1 && channels != 3)  // a file may be damaged
    throw Error(fmt::format("{}: its network takes {}x{}x{}; pictures have 1 or 3 channels", run.folder.string(),
                            size.h, size.w, channels));
  const double needed = double(files.size()) * size.h * size.w * channels;
  if (const std::string shortage = memory_shortage(needed); !shortage.empty())
    throw UsageError(fmt::format("predict: {} pictures of {}x{}x{} need {}; name fewer at a time", files.size(), size.h,
                                 size.w, channels, shortage));
  Pictures p;
  omp_set_num_threads(threads > 0 ? threads : default_threads());
  // Without a range of the run, all 16 bits: a picture's class must not depend on those named beside it.
  const int range_bits = run.record.data.range_bits > 0 ? run.record.data.range_bits : 16;
  const DecodedFiles decoded = decode_images({files.begin(), files.end()}, size, channels, range_bits);
  for (const std::string& note : decoded.notes) print_message(note);
  for (std::size_t i = 0; i < files.size(); ++i)
    if (decoded.images[i]) {
      append(p.images, *decoded.images[i], 0);
      p.files.push_back(files[i]);
    } else {
      print_message(decoded.faults[i]);
      ++p.unreadable;
    }
  if (hog && p.images.n > 0) p.images = hog_features(p.images);
  return p;
}

/// The prediction for one picture: {"image", "class", then "probability" and "probabilities", or "score"}.
Json prediction(const SavedRun& run, const std::string& file, std::span<const float> logits) {
  const std::vector<double> p = probabilities(logits, int(logits.size()));
  const auto said = std::size_t(std::max_element(p.begin(), p.end()) - p.begin());
  Json json = {{"image", file}, {"class", run.labels.at(said)}};
  if (!run.probabilistic()) {
    json["score"] = logits[0];
    return json;
  }
  json["probability"] = p[said];
  for (std::size_t k = 0; k < p.size(); ++k) json["probabilities"][run.labels.at(k)] = p[k];
  return json;
}

std::string predictions_text(const Json& predictions, const std::vector<std::string>& labels) {
  const auto name = [](const Json& text) { return printable(text.get_ref<const std::string&>()); };  // before its width
  std::size_t file_width = 0, class_width = 0;
  for (const Json& o : predictions) file_width = std::max(file_width, name(o["image"]).size());
  for (const std::string& label : labels) class_width = std::max(class_width, printable(label).size());
  std::string text;
  for (const Json& o : predictions)
    text += fmt::format("{:<{}}  {:<{}}  {}\n", name(o["image"]), file_width, name(o["class"]), class_width,
                        o.contains("score") ? fmt::format("score {:+.3f}", o["score"].get<double>())
                                            : fmt::format("{:.1f} %", 100 * o["probability"].get<double>()));
  return text;
}

}  // namespace

int predict_command(const Words& words) {
  PredictOptions o;
  Arguments a = predict_arguments(o);
  if (!a.parse(words)) return 0;
  if (o.words.size() < 2)
    throw UsageError("predict: a run and pictures are needed: 'gridstride predict runs/lenet-32 a.jpg b.jpg'");
  check_device(o.device);
  const SavedRun run = open_saved_run(o.words[0], o.weights);
  Pictures pictures = read_pictures(run, {o.words.begin() + 1, o.words.end()}, o.threads);
  Json predictions = Json::array();
  if (pictures.images.n > 0) {
    const Evaluation evaluation = evaluate_saved(run, std::move(pictures.images), o.device, o.threads);
    const std::size_t k = std::size_t(evaluation.outputs);
    for (std::size_t i = 0; i < pictures.files.size(); ++i)
      predictions.push_back(prediction(run, pictures.files[i], std::span(evaluation.logits).subspan(i * k, k)));
  }
  if (o.json)
    print_as_it_is(pretty(predictions) + "\n");
  else
    print_text(predictions_text(predictions, run.labels));
  return pictures.unreadable > 0 ? 1 : 0;
}

}  // namespace gs::apps
