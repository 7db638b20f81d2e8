// train_run.cpp - joins data, program and folder; shows and records epochs; keeps the record valid on every exit.
#include "apps/run/train_run.h"

#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/device_flag.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/plural.h"
#include "apps/cli/progress.h"
#include "apps/profile/training_samples.h"
#include "apps/run/compose_record.h"
#include "apps/run/resume.h"
#include "apps/run/train_plan.h"
#include "apps/run/train_report.h"
#include "engine/core/error.h"
#include "engine/core/seconds_since.h"
#include "engine/data/features.h"
#include "engine/device/machine_lock.h"
#include "engine/train/run_diagnostics.h"
#include "engine/train/run_directory.h"
#include "engine/train/run_recorder.h"
#include "models/models.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;

/// Draws the epochs of a run, unless it is quiet.
class Display {
 public:
  Display(bool quiet, const RunView& view, int epochs)
      : quiet_(quiet), view_(view), epochs_(epochs), style_(detect_style(stdout)), line_(style_) {}

  void progress(const EpochProgress& p) {
    if (quiet_) return;
    const int label = int(view_.label.size()) + (view_.label.empty() ? 0 : 2);
    line_.draw(view_.label + (label ? "  " : "") +
               live_line(p, time_left_.estimate(p), std::max(20, width() - margin - label), style_));
  }
  void epoch(const EpochResult& r, bool best) {
    time_left_.epoch_done(r.seconds);
    if (quiet_ || view_.only_live) return;
    line_.clear();
    fmt::print("{}\n", finished_line(r, epochs_, best, width() - margin, style_));
    std::fflush(stdout);
  }
  /// Prints at once, also during an epoch.
  void warn(const std::string& text) {
    line_.clear();
    fmt::print(stderr, "gridstride: {}{}{}\n", view_.label, view_.label.empty() ? "" : ": ", text);
  }
  void end() { line_.clear(); }
  void print(const std::string& text) {
    if (!quiet_ && !view_.only_live) fmt::print("{}", text);
    std::fflush(stdout);
  }
  int width() const { return terminal_width(stdout); }

 private:
  static constexpr int margin = 2;  ///< for the ^C that a terminal echoes: it must not wrap

  bool quiet_;
  RunView view_;
  int epochs_;
  Style style_;
  LiveLine line_;
  TimeLeft time_left_;
};

/// A run whose program and data are ready: trains, and records how it ends.
class Run {
 public:
  Run(RunDirectory& directory, Program& program, const DataSplits& data, const TrainOptions& options,
      const RunView& view, nlohmann::ordered_json record, Earlier earlier)
      : directory_(directory),
        program_(program),
        data_(data),
        patience_(options.patience),
        trainer_(program, data, {.evaluate_training = options.evaluate_training}),
        recorder_(directory, program, std::move(earlier.history)),
        among_others_(view.among_others),
        display_(options.quiet, view, options.epochs),
        record_(std::move(record)),
        context_{.loss = program.recipe().loss,
                 .validation_images = data.validation.n,
                 .train_class_counts = class_counts(data.train, data.classes.size()),
                 .validation_class_counts = class_counts(data.validation, data.classes.size())} {
    if (options.profile) samples_ = std::make_unique<TrainingSamples>(program, options);
    if (options.keep_predictions)
      recorder_.keep_predictions(data.validation.labels, std::move(earlier.validation_logits));
  }

  Display& display() { return display_; }

  /// Returns the exit status.
  int train() {
    const InterruptGuard interrupt;
    const int first_epoch = int(recorder_.history().size()) + 1;
    TrainerCallbacks callbacks;
    callbacks.progress = [&](const EpochProgress& p) {
      interrupt.check();
      display_.progress(p);
    };
    callbacks.diagnosis = [&](int, const Diagnosis& diagnosis) {
      if (const std::string alarm = diagnostics_.add(diagnosis); !alarm.empty()) display_.warn(alarm);
    };
    callbacks.epoch = [&](const EpochResult& r, bool) {
      const bool best = recorder_.epoch_done(r, trainer_.validation_logits());
      display_.epoch(r, best);
      interrupt.check();
    };
    if (samples_)
      callbacks.train_steps = [&](std::uint32_t step, std::uint32_t steps, int wanted) {
        return samples_->train_steps(step, steps, wanted);
      };
    callbacks.stop = [&] {
      return patience_ > 0 && recorder_.history().back().epoch - recorder_.best_epoch() >= patience_;
    };
    try {
      trainer_.run(callbacks, first_epoch);
      recorder_.finish();
      write_profile();
      evaluate_best_and_last();
      write_end("finished");
    } catch (const Interrupted& interrupted) {
      recorder_.stop();
      write_profile();
      write_end("interrupted");
      return say_interrupted(interrupted.signal);
    } catch (const std::exception& error) {
      keep_what_is_complete(error.what());
      throw;
    }
    display_.print(run_footer(assessment(), directory_.path().string(), has_profile_ ? "profile.html" : "",
                              seconds_since(start_), display_.width()));
    return 0;
  }

 private:
  RunAssessment assessment() const {
    AssessmentContext context = context_;
    context.findings = diagnostics_.findings();
    return assess(recorder_.history(), context);
  }

  /// Evaluates both splits with the last weights, then with the best epoch's, which stay in the program.
  void evaluate_best_and_last() {
    const SharedMachineLock lock;  // other threads may measure
    const int last_epoch = recorder_.history().back().epoch;
    const Evaluation last_validation = trainer_.evaluate(Split::validation);
    nlohmann::ordered_json last =
        evaluation_record(last_epoch, trainer_.evaluate(Split::training), last_validation, data_);
    Evaluation best_validation = last_validation;
    nlohmann::ordered_json best = last;
    if (recorder_.best_epoch() != last_epoch) {
      program_.set_parameters(directory_.best(program_.net()).parameters);
      best_validation = trainer_.evaluate(Split::validation);
      best = evaluation_record(recorder_.best_epoch(), trainer_.evaluate(Split::training), best_validation, data_);
    }
    recorder_.write_predictions(data_.validation.labels, best_validation.logits, last_validation.logits);
    context_.balanced_accuracy = best["validation"]["balanced_accuracy"].is_number()
                                     ? best["validation"]["balanced_accuracy"].get<double>()
                                     : context_.balanced_accuracy;
    record_["evaluation"] = {{"best", best}, {"last", last}};
  }

  void write_profile() {
    if (!samples_) return;
    has_profile_ = samples_->write(directory_.path(), record_["command"].get<Words>());
    if (!has_profile_ && !recorder_.history().empty())
      display_.warn(
          "--profile: no step was sampled; the first step of an epoch is a diagnostic one, so an epoch must "
          "have two or more (a smaller --batch)");
    samples_.reset();
  }

  void write_end(const std::string& status, const std::string& message = "") {
    display_.end();
    end_record(record_, status, recorder_.history(), assessment(), seconds_since(start_), message);
    directory_.write_record(record_);
  }

  /// After an error: that error is the one to report, so a second one here (the disk is still full) is dropped.
  void keep_what_is_complete(const std::string& message) noexcept {
    try {
      write_end("failed", message);
      recorder_.stop();
    } catch (const std::exception&) {
    }
  }

  int say_interrupted(int signal) const {
    if (among_others_) return 128 + signal;
    const std::string folder = directory_.path().string();
    const std::size_t epochs = recorder_.history().size();
    fmt::print(
        stderr, "gridstride: interrupted after {}; {}\n", plural(std::int64_t(epochs), "complete epoch"),
        epochs == 0 ? folder + " holds no weights" : fmt::format("'gridstride train --resume {}' goes on", folder));
    return 128 + signal;
  }

  Clock::time_point start_ = Clock::now();
  RunDirectory& directory_;
  Program& program_;
  const DataSplits& data_;
  int patience_;
  Trainer trainer_;
  RunRecorder recorder_;
  bool among_others_;
  Display display_;
  nlohmann::ordered_json record_;
  AssessmentContext context_;
  RunDiagnostics diagnostics_;
  std::unique_ptr<TrainingSamples> samples_;  ///< null without --profile
  bool has_profile_ = false;
};

void make_hog(DataSplits& data) {
#if GRIDSTRIDE_WITH_OPENCV
  for (Dataset* split : {&data.train, &data.validation}) *split = hog_features(*split);
#else
  (void)data;
  throw UsageError("--features hog needs OpenCV, which this build does not have");
#endif
}

}  // namespace

DataSplits load_training_data(const TrainOptions& o) {
  DataRequest request = o.data;
  request.threads = o.threads;
  DataSplits data = load_with_progress(request, o.quiet);
  if (o.features == "hog") make_hog(data);
  return data;
}

std::unique_ptr<Device> open_device_for(const TrainOptions& o, Precision& precision) {
  auto device = open_device_and_say({.name = o.device, .threads = o.threads, .tf32 = tf32_allowed(o.precision)});
  precision = choose_precision(o.precision, device->name());
  check_table_fits(o, precision);
  return device;
}

int train_run(const TrainOptions& o, const Words& words, const std::map<std::string, std::string>& given,
              const RunView& view) {
  const int base = o.base.value_or(find_model(o.model).default_base);
  // Cheap checks that may refuse the run come first, the images last.
  RunDirectory directory(o.out.value_or("runs/" + run_name(o, base)));
  directory.claim(o.overwrite || o.resume);
  const ImplementationChoice implementations = choose_implementations(o);
  Precision precision;
  const auto device = open_device_for(o, precision);
  DataSplits data = load_training_data(o);
  const LossKind loss = choose_loss(o, data.classes.size());
  const std::string positive = choose_positive(o, loss, data.classes);
  make_positive_one(data, positive);
  const Net net = build_net(o, {data.train.h, data.train.w, data.train.c}, loss, data.classes.size());
  Recipe recipe = build_recipe(o, loss, precision);
  if (o.class_weight == "balanced")
    recipe.class_weights = balanced_weights(class_counts(data.train, data.classes.size()));

  Program program(net, recipe, *device, implementations);
  program.use_epoch_loops(o.epoch_loop);
  program.initialize();
  Earlier earlier;
  if (o.resume) earlier = resume(program, *o.resume, data.checksum);
  nlohmann::ordered_json record = start_record(words, given, o, data, positive, program);
  if (o.resume)
    directory.write_record(record);
  else
    directory.begin(record);
  Run run(directory, program, data, o, view, std::move(record), std::move(earlier));
  run.display().print(run_header(program, o, data, positive, directory.path().string(), run.display().width()) + "\n");
  return run.train();
}

}  // namespace gs::apps
