// run_fuzz.cpp - the folder of a finished run, as reports read it. The first byte says which of its files the rest is;
// the others are whole.
#include <cmath>

#include "apps/lab/finished.h"
#include "engine/train/metrics.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

namespace {

const std::string& whole(std::size_t file) {
  static const auto text = [](const char* name) {
    return test::text_of(std::filesystem::path(GRIDSTRIDE_SOURCE_DIR) / "tests/fuzz/whole_run" / name);
  };
  static const std::string texts[] = {text("run.json"), text("history.csv"), text("predictions.safetensors")};
  return texts[file];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::filesystem::path folder = fuzz::folder() / "finished";
  std::filesystem::create_directory(folder);
  const char* const names[] = {"run.json", "history.csv", "predictions.safetensors"};
  for (std::size_t i = 0; i < std::size(names); ++i)
    fuzz::file(std::string("finished/") + names[i],
               i == data[0] % 3 ? fuzz::text_of(data + 1, size - 1) : std::string_view(whole(i)));
  for (const int epochs : {0, 1, 2})
    fuzz::taken([&] {
      const FinishedRun run = read_finished(folder, epochs);
      const int best = run.best_epoch(), classes = int(run.record.data.classes.size());
      fuzz::demand(best >= 1 && best <= run.epochs(), "the best epoch is none of the run's");
      const std::vector<float>& logits = run.logits_at_best();
      fuzz::demand(logits.size() == run.labels.size() * std::size_t(run.loss.classes), "logits of another number");
      (void)classifier_metrics(logits, run.loss.classes, run.labels, classes);
      if (classes == 2) (void)roc_curve(positive_scores(logits, run.loss.classes), run.labels);
    });
  return 0;
}
