// train_command.cpp - `gridstride train`: from words to a finished run folder.
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "apps/command.h"
#include "apps/data_flags.h"
#include "apps/interrupt.h"
#include "apps/pretty_json.h"
#include "apps/progress.h"
#include "apps/resume.h"
#include "apps/run_record.h"
#include "apps/train_options.h"
#include "apps/train_plan.h"
#include "apps/train_report.h"
#include "engine/core/error.h"
#include "engine/train/run_folder.h"
#include "engine/train/run_recorder.h"
#include "models/models.h"

namespace gs::apps {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

DataRequest data_request(const TrainOptions& o) {
  DataRequest request = o.data;
  request.threads = o.threads;
  return request;
}

/// The shape and the classes that --summary and --explain need. The built-in data is known without drawing it.
struct DataFacts {
  Shape image;
  std::size_t classes;
};

DataFacts data_facts(const TrainOptions& o) {
  if (o.data.data == built_in_data) {
    const int side = o.data.image_size.value_or(128);
    return {{side, side, o.data.channels.value_or(1)}, 2};
  }
  const DataSplits data = load_with_progress(data_request(o), o.quiet);
  return {{data.train.h, data.train.w, data.train.c}, data.classes.size()};
}

std::unique_ptr<Device> open_device_for(const TrainOptions& o, Precision& precision) {
  auto device = open_device({.name = o.device, .threads = o.threads, .tf32 = o.precision != "fp32"});
  precision = choose_precision(o.precision, device->name());
  return device;
}

int print_summary_or_explain(const TrainOptions& o) {
  const DataFacts facts = data_facts(o);
  const LossKind loss = choose_loss(o, facts.classes);
  const Net net = build_net(o, facts.image, loss, facts.classes);
  if (o.summary) {
    fmt::print("{}", summary(net));
    return 0;
  }
  Precision precision;
  const auto device = open_device_for(o, precision);
  fmt::print("{}", Program(net, build_recipe(o, loss, precision), *device, choose_implementations(o)).explain());
  return 0;
}

/// Draws the epochs of a run, unless it is quiet.
class Display {
 public:
  Display(bool quiet, int epochs) : quiet_(quiet), epochs_(epochs), style_(detect_style(stdout)), line_(style_) {}

  void progress(const EpochProgress& p) {
    if (quiet_) return;
    line_.draw(live_line(p, time_left_.estimate(p), width() - margin, style_));
  }
  void epoch(const EpochResult& r, bool best) {
    time_left_.epoch_done(r.seconds);
    if (quiet_) return;
    line_.clear();
    fmt::print("{}\n", finished_line(r, epochs_, best, width() - margin, style_));
    std::fflush(stdout);
  }
  void end() { line_.clear(); }
  void print(const std::string& text) {
    if (!quiet_) fmt::print("{}", text);
    std::fflush(stdout);
  }
  int width() const { return terminal_width(stdout); }

 private:
  static constexpr int margin = 2;  ///< for the ^C that a terminal echoes: it must not wrap

  bool quiet_;
  int epochs_;
  Style style_;
  LiveLine line_;
  TimeLeft time_left_;
};

/// A run whose program and data stand: trains, and keeps the folder's record true however it ends.
class Run {
 public:
  Run(RunFolder& folder, Program& program, const DataSplits& data, const TrainOptions& options,
      nlohmann::ordered_json record, std::vector<EpochResult> earlier)
      : folder_(folder),
        program_(program),
        trainer_(program, data),
        recorder_(folder, program, std::move(earlier)),
        display_(options.quiet, options.epochs),
        record_(std::move(record)),
        context_{program.recipe().loss, data.validation.n, class_counts(data.train, data.classes.size()),
                 class_counts(data.validation, data.classes.size())} {}

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
    callbacks.epoch = [&](const EpochResult& r, bool) {
      const bool best = recorder_.epoch_done(r);
      display_.epoch(r, best);
      interrupt.check();
    };
    try {
      trainer_.run(callbacks, first_epoch);
      recorder_.finish();
      write_end("finished");
    } catch (const Interrupted& interrupted) {
      recorder_.stop();
      write_end("interrupted");
      return say_interrupted(interrupted.signal);
    } catch (const std::exception& error) {
      keep_what_is_complete(error.what());
      throw;
    }
    display_.print(run_footer(verdict(), folder_.path().string(), seconds_since(start_), display_.width()));
    return 0;
  }

 private:
  Verdict verdict() const { return judge(recorder_.history(), context_); }

  void write_end(const std::string& status, const std::string& message = "") {
    display_.end();
    end_record(record_, status, recorder_.history(), verdict(), seconds_since(start_), message);
    folder_.write_run(pretty(record_) + "\n");
  }

  /// After an error: the first error is the one to report, so that a second one here (the disk is still full) is not.
  void keep_what_is_complete(const std::string& message) noexcept {
    try {
      write_end("failed", message);
      recorder_.stop();
    } catch (const std::exception&) {
    }
  }

  int say_interrupted(int signal) const {
    const std::string folder = folder_.path().string();
    const std::size_t epochs = recorder_.history().size();
    fmt::print(
        stderr, "gridstride: interrupted after {} complete epoch{}; {}\n", epochs, epochs == 1 ? "" : "s",
        epochs == 0 ? folder + " holds no weights" : fmt::format("'gridstride train --resume {}' goes on", folder));
    return 128 + signal;
  }

  Clock::time_point start_ = Clock::now();
  RunFolder& folder_;
  Program& program_;
  Trainer trainer_;
  RunRecorder recorder_;
  Display display_;
  nlohmann::ordered_json record_;
  VerdictContext context_;
};

}  // namespace

int train_command(const Words& words) {
  TrainOptions o;
  std::map<std::string, std::string> given;
  if (!parse_train_words(words, o, given)) return 0;
  const int base = o.base.value_or(find_model(o.model).default_base);
  if (o.summary || o.explain) return print_summary_or_explain(o);

  // In this order: what is cheap and may be refused first, the images last.
  RunFolder folder(o.out.value_or("runs/" + run_name(o, base)), o.overwrite || o.resume);
  const ImplementationChoice implementations = choose_implementations(o);
  Precision precision;
  const auto device = open_device_for(o, precision);
  DataSplits data = load_with_progress(data_request(o), o.quiet);
  const LossKind loss = choose_loss(o, data.classes.size());
  const std::string positive = choose_positive(o, loss, data.classes);
  make_positive_one(data, positive);
  const Net net = build_net(o, {data.train.h, data.train.w, data.train.c}, loss, data.classes.size());

  Program program(net, build_recipe(o, loss, precision), *device, implementations);
  program.initialize();
  std::vector<EpochResult> earlier;
  if (o.resume) earlier = resume(program, *o.resume, data.checksum);
  nlohmann::ordered_json record = start_record(words, given, o, data, positive, program);
  if (o.resume)
    folder.write_run(pretty(record) + "\n");
  else
    folder.begin(pretty(record) + "\n");
  Run run(folder, program, data, o, std::move(record), std::move(earlier));
  run.display().print(run_header(program, o, data, positive, folder.path().string(), run.display().width()) + "\n");
  return run.train();
}

}  // namespace gs::apps
