// repeated_run.cpp - a run's flags at the time of each part, and the comparison.
#include "apps/run/repeated_run.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/run/initial_weights.h"
#include "apps/run/prepared_run.h"
#include "apps/run/recorded_data.h"
#include "apps/run/resume.h"
#include "engine/core/error.h"
#include "engine/core/printable.h"
#include "engine/core/version.h"
#include "engine/device/cpu_info.h"
#include "engine/device/cpu_kernels.h"
#include "engine/device/device_name.h"
#include "engine/train/checkpoint.h"
#include "engine/train/run_directory.h"
#include "engine/train/trainer.h"

namespace gs::apps {
namespace {

using Flags = std::map<std::string, std::string>;

/// A moment of a run: so many whole epochs, and steps of the next.
using Moment = std::pair<int, std::int64_t>;

Moment moment_of(const Checkpoint& c) {
  return {c.epoch, c.partial.steps};
}

/// The flags with which the run trained on from `moment`: later resumptions are undone, the last one first. Only
/// --epochs, on which a schedule depends, changes the bits.
Flags flags_at(const RunRecord& record, Moment moment) {
  Flags flags = record.flags;
  for (auto r = record.resumed.rbegin(); r != record.resumed.rend() && Moment(r->epochs, r->steps) > moment; ++r)
    for (const auto& [flag, change] : r->changed)
      if (change.before)
        flags[flag] = *change.before;
      else
        flags.erase(flag);
  return flags;
}

/// True if both train the same bits: of the flags that may change only --epochs matters, to a schedule.
bool train_the_same(const Flags& a, const Flags& b) {
  const auto epochs = [](const Flags& flags) {
    const auto found = flags.find("epochs");
    return found == flags.end() ? std::string() : found->second;
  };
  return epochs(a) == epochs(b);
}

struct Repetition {
  const std::filesystem::path& folder;
  const RunRecord& record;
  std::string device;
  int threads;
  bool quiet;
};

/// The flag as it was given last, since the file may have moved; `otherwise` if it was not given.
std::string last_typed(const RunRecord& record, const char* flag, const std::string& otherwise) {
  const auto last = record.flags.find(flag);
  return last == record.flags.end() ? otherwise : last->second;
}

PreparedRun prepare(const Repetition& repetition, const Flags& flags) {
  Words words;
  for (const auto& [flag, value] : flags)
    if (flag != "profile" && flag != "retune") words.push_back("--" + flag + "=" + value);
  TrainOptions options;
  std::map<std::string, std::string> given;
  try {
    if (!parse_train_words(words, options, given)) throw UsageError("--help starts none");
  } catch (const UsageError& error) {
    throw Error(
        fmt::format("{}/run.json: its flags do not describe a run: {}", repetition.folder.string(), error.what()));
  }
  options.device = repetition.device.empty() ? for_one_process(options.device) : repetition.device;
  if (repetition.threads > 0) options.threads = repetition.threads;
  options.quiet = repetition.quiet;
  options.implementation_from = repetition.folder.string();
  options.data.data = last_typed(repetition.record, "data", options.data.data);
  options.data.table.file = last_typed(repetition.record, "labels", options.data.table.file);
  read_again(options.data, repetition.record.data);
  PreparedRun run = prepare_run(options, Warnings::drop);
  check_same_data(repetition.record, run.data, repetition.folder.string());
  return run;
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

void compare(const EpochResult& now, const EpochResult& then, std::vector<std::string>& differences) {
  const std::pair<const char*, double EpochResult::*> columns[] = {{"loss", &EpochResult::loss},
                                                                   {"accuracy", &EpochResult::accuracy},
                                                                   {"val_loss", &EpochResult::val_loss},
                                                                   {"val_accuracy", &EpochResult::val_accuracy},
                                                                   {"train_loss", &EpochResult::train_loss},
                                                                   {"train_accuracy", &EpochResult::train_accuracy}};
  for (const auto& [name, column] : columns)
    if (!same(now.*column, then.*column))
      differences.push_back(
          fmt::format("epoch {}: {} is {}, recorded is {}", now.epoch, name, now.*column, then.*column));
}

std::string epochs_text(Moment from, Moment to) {
  const int first = from.first + 1, last = to.second > 0 ? to.first + 1 : to.first;
  const std::string name = first == last ? fmt::format("epoch {}", first) : fmt::format("epochs {} to {}", first, last);
  return to.second > 0 ? fmt::format("{} (step {})", name, to.second) : name;
}

/// Trains from the program's state, which is that after `begun` of the epoch after `from`, up to `to`, and compares.
RepeatedPart train(const PreparedRun& run, const std::vector<EpochResult>& history, const PartialEpoch& begun,
                   Moment from, Moment to, const std::string& weights) {
  RepeatedPart part{.name = epochs_text(from, to), .weights = weights, .differences = {}, .left_out = {}};
  Trainer trainer(*run.program, run.data, {.evaluate_training = !std::isnan(history.at(0).train_loss)});
  TrainerCallbacks callbacks;
  int epochs = from.first;
  callbacks.diagnosis = [](int, const Diagnosis&) {};  // its first step of an epoch is a step of another kind
  callbacks.epoch = [&](const EpochResult& r, bool) {
    epochs = r.epoch;
    compare(r, history.at(std::size_t(r.epoch - 1)), part.differences);
  };
  callbacks.stop = [&] { return Moment(epochs, 0) >= to; };
  callbacks.wants_pause = [&] { return epochs == to.first; };
  callbacks.pause = [&](int, const PartialEpoch& partial) { return std::int64_t(partial.steps) < to.second; };
  trainer.run(callbacks, from.first + 1, begun);
  const std::string now = checksum_of_weights(run.program->parameters());
  if (!weights.empty() && now != weights)
    part.differences.push_back(fmt::format("the weights have the checksum {}, recorded is {}", now, weights));
  return part;
}

RepeatedPart left_out(Moment from, Moment to, const std::string& why) {
  return {.name = epochs_text(from, to), .weights = {}, .differences = {}, .left_out = why};
}

/// Sets the weights that the run began with, by --init-from. Returns an empty string, or, if there are none any more,
/// why not.
std::string begin_again(const Repetition& repetition, Program& program) {
  const auto& weights = repetition.record.initial_weights;
  if (!weights) return "";
  const std::string typed = last_typed(repetition.record, "init-from", weights->path);
  const std::string place = where_now(weights->path, typed);
  if (std::error_code none; !std::filesystem::exists(place, none))
    return fmt::format("it began with the weights of {}, which is gone", printable(place));
  start_again_from(*weights, typed, repetition.folder.string(), program);
  return "";
}

void note_change(std::vector<std::string>& notes, const char* name, const std::string& then, const std::string& now) {
  if (then != now) notes.push_back(fmt::format("{} was {}, now it is {}", name, then, now));
}

std::vector<std::string> changes_since(const RunRecord& record, const Device& device) {
  std::vector<std::string> notes;
  const VersionInfo& version = version_info();
  note_change(notes, "the CPU", record.machine.cpu, cpu_model());
  note_change(notes, "the vector width", record.machine.vector_width, std::string(cpu_vectors()));
  note_change(notes, "the device", record.device.description, device.description());
  note_change(notes, "gridstride", record.versions.gridstride, version.version);
  note_change(notes, "the commit", record.versions.commit, version.commit);
  note_change(notes, "the compiler", record.versions.compiler, version.compiler);
  for (const auto& [name, now] : version.libraries)
    if (const auto then = record.versions.libraries.find(name); then != record.versions.libraries.end())
      note_change(notes, name.c_str(), then->second, now);
  if (const auto kernels = record.flags.find("kernel"); kernels != record.flags.end())
    for (const std::string& change : changed_kernels(*run_kernels(kernels->second), record)) notes.push_back(change);
  return notes;
}

}  // namespace

bool RepeatedRun::equal() const {
  return std::ranges::all_of(parts, [](const RepeatedPart& part) { return part.differences.empty(); });
}

RepeatedRun repeat_run(const std::filesystem::path& folder, const std::string& device, int threads, bool quiet) {
  const RunDirectory directory(folder);
  RepeatedRun result{.record = directory.record(), .parts = {}, .elsewhere = {}};
  const std::string name = folder.string();
  if (result.record.status == "running")
    throw UsageError(fmt::format("{} has not ended: 'gridstride train --resume {}' finishes it", name, name));
  if (!directory.has_last()) throw Error(fmt::format("{} holds no last.safetensors: no epoch was completed", name));
  if (!device.empty() && parse_device_name(device).kind != result.record.device.name)
    throw UsageError(fmt::format("--device {}: {} was trained on {}", device, name, result.record.device.name));

  const Repetition repetition{folder, result.record, device, threads, quiet};
  auto run = std::make_unique<PreparedRun>(prepare(repetition, result.record.flags));
  result.elsewhere = changes_since(result.record, *run->device);
  const Net net = run->program->net();
  const std::vector<EpochResult> history = directory.history();
  const Checkpoint last = directory.last(net);
  const Moment end = moment_of(last);
  if (int(history.size()) < last.epoch)
    throw Error(fmt::format("{}: last.safetensors is of epoch {}, but history.csv has {} epochs", name, last.epoch,
                            history.size()));
  if (directory.has_best()) directory.best(net);
  if (directory.has_predictions()) directory.predictions();

  if (const int ranks = result.record.most_ranks(); ranks > 1) {
    result.parts.push_back(
        left_out({0, 0}, end, fmt::format("{} ranks trained it, whose sums one process adds in another order", ranks)));
    return result;
  }
  // No schedule makes the first epoch depend on --epochs, so the flags of today do.
  if (end >= Moment(1, 0)) {
    const std::string lack = begin_again(repetition, *run->program);
    result.parts.push_back(lack.empty() ? train(*run, history, {}, {0, 0}, {1, 0}, last.first_epoch)
                                        : left_out({0, 0}, {1, 0}, lack));
  }
  if (end <= Moment(1, 0)) return result;
  if (!directory.has_previous()) {
    result.parts.push_back(left_out({1, 0}, end, "there is no previous.safetensors"));
    return result;
  }
  const Checkpoint previous = directory.previous(net);
  const Moment start = moment_of(previous);
  if (start >= end) return result;
  const Flags flags = flags_at(result.record, start);
  if (!train_the_same(flags, result.record.flags)) {
    run.reset();  // first: two programs may not fit on the device
    run = std::make_unique<PreparedRun>(prepare(repetition, flags));
  }
  restore(*run->program, previous);
  result.parts.push_back(train(*run, history, previous.partial, start, end, checksum_of_weights(last.parameters)));
  return result;
}

}  // namespace gs::apps
