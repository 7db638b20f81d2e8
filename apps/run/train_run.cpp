// train_run.cpp - joins data, program and folder; shows and records epochs; keeps the record valid on every exit.
#include "apps/run/train_run.h"

#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "apps/cli/checks.h"
#include "apps/cli/help.h"
#include "apps/cli/interrupt.h"
#include "apps/cli/progress.h"
#include "apps/kernel/built_in_twin.h"
#include "apps/kernel/kernel_flag.h"
#include "apps/run/compose_record.h"
#include "apps/run/initial_weights.h"
#include "apps/run/json_lines.h"
#include "apps/run/prepared_run.h"
#include "apps/run/ranks_of_run.h"
#include "apps/run/resume.h"
#include "apps/run/step_samples.h"
#include "apps/run/train_plan.h"
#include "apps/run/train_report.h"
#include "engine/core/error.h"
#include "engine/core/message_of.h"
#include "engine/core/printable.h"
#include "engine/core/seconds_since.h"
#include "engine/data/content.h"
#include "engine/device/machine_lock.h"
#include "engine/train/event_file.h"
#include "engine/train/run_diagnostics.h"
#include "engine/train/run_directory.h"
#include "engine/train/run_recorder.h"
#include "kernels/common/grouped.h"
#include "models/models.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;

/// Draws the epochs of a run, unless it is quiet.
class Display {
 public:
  Display(const TrainOptions& options, const RunView& view, int epochs)
      : quiet_(options.quiet || options.json_lines),
        json_lines_(options.json_lines),
        view_(view),
        epochs_(epochs),
        style_(detect_style(stdout)),
        line_(style_) {
    view_.label = printable(view.label);  // part of the line that is redrawn
  }

  void progress(const EpochProgress& p) {
    if (quiet_) return;
    const int label = int(view_.label.size()) + (view_.label.empty() ? 0 : 2);
    line_.draw(view_.label + (label ? "  " : "") +
               live_line(p, time_left_.estimate(p), std::max(20, width() - margin - label), style_));
  }
  void epoch(const EpochResult& r, bool best) {
    time_left_.epoch_done(r.seconds);
    if (json_lines_) print_json_line(epoch_line(r, epochs_, best));
    if (quiet_ || view_.only_live) return;
    line_.clear();
    print_as_it_is(finished_line(r, epochs_, best, width() - margin, style_) + "\n");  // it may have colours
    flush_output();
  }
  /// Prints at once, also during an epoch.
  void warn(const std::string& text) {
    line_.clear();
    print_message(fmt::format("{}{}{}", view_.label, view_.label.empty() ? "" : ": ", text));
  }
  void end() { line_.clear(); }
  void ended(const nlohmann::ordered_json& record) {
    if (json_lines_) print_json_line(end_line(record));
  }
  void print(const std::string& text) {
    if (!quiet_ && !view_.only_live) print_now(text);
  }
  int width() const { return terminal_width(stdout); }

 private:
  static constexpr int margin = 2;  ///< for the ^C that a terminal echoes: it must not wrap

  bool quiet_, json_lines_;
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
      const RunView& view, nlohmann::ordered_json record, Earlier earlier, std::optional<Clock::time_point> stop_at)
      : directory_(directory),
        program_(program),
        data_(data),
        patience_(options.patience),
        stop_at_(stop_at),
        trainer_(program, data, {.evaluate_training = options.evaluate_training, .in_shares = options.in_shares}),
        recorder_(directory, program, std::move(earlier.history), std::move(earlier.first_epoch)),
        among_others_(view.among_others),
        display_(options, view, options.epochs),
        record_(std::move(record)),
        context_{.loss = program.recipe().loss,
                 .validation_images = data.validation.n,
                 .train_class_counts = class_counts(data.train, data.classes.size()),
                 .validation_class_counts = class_counts(data.validation, data.classes.size()),
                 .lack_of_content = gs::lack_of_content(data.train)} {
    if (options.profile) samples_ = sample_steps(program, options);
    if (options.tensorboard)
      events_ = std::make_unique<EventFile>(directory.path(), int(recorder_.history().size()) + 1);
    if (options.kernels) {
      kernels_ = run_kernels(*options.kernels);
      twin_ = std::make_unique<BuiltInTwin>(program, data.train, built_in_implementations(options));
    }
    if (options.keep_predictions)
      recorder_.keep_predictions(data.validation.labels, std::move(earlier.validation_logits));
  }

  Display& display() { return display_; }
  void dismiss_ranks(int status) { trainer_.dismiss(status); }
  const std::string& lack_of_content() const { return context_.lack_of_content; }

  /// Returns the exit status.
  int train(const PartialEpoch& begun) {
    InterruptGuard interrupt;
    const int first_epoch = int(recorder_.history().size()) + 1;
    const auto time_is_up = [&] { return stop_at_ && Clock::now() >= *stop_at_; };
    TrainerCallbacks callbacks;
    callbacks.progress = [&](const EpochProgress& p) { display_.progress(p); };
    callbacks.diagnosis = [&](int, const Diagnosis& diagnosis) {
      if (const std::string alarm = diagnostics_.add(diagnosis); !alarm.empty()) display_.warn(alarm);
    };
    callbacks.epoch = [&](const EpochResult& r, bool) {
      const bool best = recorder_.epoch_done(r, trainer_.validation_logits());
      if (events_) events_->add(r);
      display_.epoch(r, best);
    };
    if (samples_)
      callbacks.train_steps = [&](std::uint32_t step, std::uint32_t steps, int wanted) {
        return samples_->train_steps(step, steps, wanted);
      };
    if (twin_) callbacks.enqueued = [&] { twin_->follow(); };
    callbacks.stop = [&] { return stops_early(recorder_.history(), patience_); };
    callbacks.wants_pause = [&] { return interrupt.signal() != 0 || interrupt.wants_checkpoint() || time_is_up(); };
    callbacks.pause = [&](int, const PartialEpoch& partial) {
      partial_ = partial;
      if (interrupt.signal() != 0 || time_is_up()) return false;
      recorder_.write_checkpoint(partial);
      interrupt.checkpoint_done();
      return true;
    };
    try {
      const bool complete =
          stops_early(recorder_.history(), patience_) || !trainer_.run(callbacks, first_epoch, begun).paused;
      write_profile();
      if (!complete) {
        write_end("interrupted", "", partial_);
        display_.print(distance_line());
        return say_stopped(interrupt.signal());
      }
      recorder_.write_checkpoint();
      write_finished();
    } catch (const std::exception& error) {
      keep_what_is_complete(message_of(error));
      display_.print(distance_line());
      throw;
    }
    display_.print(distance_line());
    display_.print(run_footer(assessment(), directory_.path().string(), has_profile_ ? "profile.html" : "",
                              seconds_since(start_), waited_seconds(), display_.width()));
    return 0;
  }

 private:
  /// Spent by steps on waiting for pictures; nullopt if they are in memory.
  std::optional<double> waited_seconds() const {
    return data_.train.stream ? std::optional(trainer_.waited_seconds()) : std::nullopt;
  }

  /// The distance of kernels of the user's own from the built-in ones; empty if there are none, or no step was done.
  std::string distance_line() const {
    if (!twin_ || twin_->distance().steps == 0) return "";
    return "\n" + wrapped(kernels_->words() + ": " + twin_->distance().words(), display_.width()) + "\n";
  }

  RunAssessment assessment() const {
    AssessmentContext context = context_;
    context.findings = diagnostics_.findings();
    return assess(recorder_.history(), context);
  }

  /// Evaluates both splits with the last weights, then with the best epoch's, which stay in the program; writes the
  /// results.
  void write_finished() {
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
    context_.balanced_accuracy = best["validation"]["balanced_accuracy"].is_number()
                                     ? best["validation"]["balanced_accuracy"].get<double>()
                                     : context_.balanced_accuracy;
    record_["evaluation"] = {{"best", best}, {"last", last}};
    RunChange change(directory_);
    change.predictions(recorder_.predictions(data_.validation.labels, best_validation.logits, last_validation.logits));
    end(change, "finished");
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

  /// Writes the record, and a checkpoint if there is something new.
  void write_end(const std::string& status, const std::string& message = "", const PartialEpoch& partial = {}) {
    try {
      recorder_.finish_writing();
    } catch (const std::exception&) {
      // add_checkpoint() writes again what is missing, and says what is wrong if it still is.
    }
    RunChange change(directory_);
    recorder_.add_checkpoint(change, partial);
    end(change, status, message);
  }

  void end(RunChange& change, const std::string& status, const std::string& message = "") {
    display_.end();
    if (twin_) record_["built_in_losses"] = distance_record(twin_->distance());
    end_record(record_, status, recorder_.history(), assessment(), seconds_since(start_), message);
    if (const auto waited = waited_seconds()) record_["results"]["waited_for_images_s"] = *waited;
    change.record(record_);
    change.commit();
    display_.ended(record_);
  }

  /// After an error: that error is the one to report, so further ones here (the disk is full, the GPU has failed) are
  /// dropped.
  void keep_what_is_complete(const std::string& message) noexcept {
    try {
      write_end("failed", message);
      return;
    } catch (const std::exception&) {
    }
    try {
      RunChange change(directory_);
      end(change, "failed", message);
    } catch (const std::exception&) {
    }
  }

  /// `signal`: 0 after --stop-after.
  int say_stopped(int signal) const {
    const int status = signal == 0 ? stopped_status : 128 + signal;
    if (among_others_) return status;
    const std::string epochs = plural(std::int64_t(recorder_.history().size()), "complete epoch");
    const std::string steps =
        partial_.steps > 0 ? fmt::format(" and {} of the next", plural(std::int64_t(partial_.steps), "step")) : "";
    print_message(fmt::format("{} after {}{}; 'gridstride train --resume {}' goes on",
                              signal == 0 ? "stopped" : "interrupted", epochs, steps, directory_.path().string()));
    return status;
  }

  /// EX_TEMPFAIL of sysexits.h: to be tried again. For scripts that start a job with a time limit again.
  static constexpr int stopped_status = 75;

  Clock::time_point start_ = Clock::now();
  RunDirectory& directory_;
  Program& program_;
  const DataSplits& data_;
  int patience_;
  std::optional<Clock::time_point> stop_at_;
  Trainer trainer_;
  RunRecorder recorder_;
  bool among_others_;
  Display display_;
  nlohmann::ordered_json record_;
  AssessmentContext context_;
  RunDiagnostics diagnostics_;
  std::shared_ptr<const RunKernels> kernels_;  ///< null without --kernel
  std::unique_ptr<BuiltInTwin> twin_;          ///< likewise
  std::unique_ptr<StepSamples> samples_;       ///< null without --profile
  std::unique_ptr<EventFile> events_;          ///< null without --tensorboard
  bool has_profile_ = false;
  PartialEpoch partial_;  ///< at the last pause
};

}  // namespace

int train_run(const TrainOptions& o, const Words& words, const std::map<std::string, std::string>& given,
              const RunView& view) {
  Ranks* const ranks = ranks_of_program();
  if (ranks && !ranks->leads()) return follow_run(*ranks, o, given);
  std::optional<Clock::time_point> stop_at;
  if (o.stop_after)
    stop_at = Clock::now() +
              std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_of(*o.stop_after)));
  const int base = o.base.value_or(find_model(o.model).default_base);
  if (o.tensorboard) exchange_module();  // if it is not there, that is said before any work is done
  RunDirectory own(o.out.value_or("runs/" + run_name(o, base)));
  if (!view.folder) own.claim(o.overwrite || o.resume);
  RunDirectory& directory = view.folder ? *view.folder : own;
  PreparedRun prepared = prepare_run(o, o.resume || view.among_others ? Warnings::drop : Warnings::say, ranks);
  if (ranks) check_same_run(*ranks, given, prepared);
  Program& program = *prepared.program;
  Earlier earlier;
  if (o.resume) earlier = resume(program, *o.resume, o.patience, prepared.data);
  std::optional<RunRecord::InitialWeights> weights = earlier.record.initial_weights;
  const bool restored = !earlier.history.empty() || earlier.partial.steps > 0;
  if (o.init_from && !o.resume) weights = start_from(*o.init_from, program);
  if (o.resume && weights && !restored) start_again_from(*weights, *o.init_from, *o.resume, program);
  nlohmann::ordered_json record = start_record(words, given, o, prepared.data, prepared.positive, program);
  if (weights) add_initial_weights(record, *weights);
  if (o.resume && o.kernels)
    for (const std::string& change : changed_kernels(*run_kernels(*o.kernels), earlier.record))
      throw UsageError("--resume: " + change);
  if (o.resume) {
    add_resumption(record, earlier);
    RunChange change(directory);
    change.record(record);
    change.commit();
  } else {
    directory.begin(record);
  }
  std::string jump;
  if (o.resume) jump = jump_of_rate(earlier.record, program.recipe(), int(earlier.history.size()));
  const PartialEpoch begun = earlier.partial;
  nlohmann::ordered_json start;
  if (o.json_lines) start = start_line(record, directory.path().string(), int(earlier.history.size()) + 1);
  Run run(directory, program, prepared.data, o, view, std::move(record), std::move(earlier), stop_at);
  if (o.in_shares && ranks) forget_images(prepared.data);
  if (o.json_lines) print_json_line(start);  // a run that cannot start prints none
  run.display().print(run_header(program, o, prepared.data, prepared.positive, weights, directory.path().string(),
                                 run.display().width()) +
                      "\n");
  if (!jump.empty()) run.display().warn(jump);
  if (const std::string& lack = run.lack_of_content(); !lack.empty())
    run.display().warn(fmt::format("--data {}: {}", prepared.data.source, lack));
  const int status = run.train(begun);
  run.dismiss_ranks(status);
  return status;
}

}  // namespace gs::apps
