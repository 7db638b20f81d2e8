// run_recorder.cpp - the rate of writes, and the thread that does them.
#include "engine/train/run_recorder.h"

#include <algorithm>
#include <limits>
#include <memory>

namespace gs {

void RunRecorder::Pace::wrote(Clock::time_point begin, Clock::time_point end) {
  const std::chrono::duration<double> wait =
      std::max<std::chrono::duration<double>>(least, share_of_time * (end - begin));
  next = end + std::chrono::duration_cast<Clock::duration>(wait);
}

void RunRecorder::Files::add_to(RunChange& change, const Net& net) const {
  change.history(history);
  if (predictions) change.predictions(*predictions);
  if (best) change.best(net, *best);
  change.last(net, last);
}

RunRecorder::RunRecorder(RunDirectory& directory, Program& program, std::vector<EpochResult> earlier,
                         std::string first_epoch, const WriteRates& rates)
    : directory_(directory),
      program_(program),
      history_(std::move(earlier)),
      lowest_val_loss_(std::numeric_limits<double>::infinity()),
      first_epoch_(std::move(first_epoch)),
      history_pace_{.least = {}, .share_of_time = rates.share_of_time},
      checkpoint_pace_{.least = rates.between_checkpoints, .share_of_time = rates.share_of_time} {
  checkpoint_epoch_ = int(history_.size());
  for (const EpochResult& r : history_)
    if (r.val_loss < lowest_val_loss_) lowest_val_loss_ = r.val_loss, best_epoch_ = r.epoch;
  best_in_folder_ = best_epoch_;
}

void RunRecorder::keep_predictions(std::vector<std::int32_t> labels, std::vector<float> earlier) {
  keeps_predictions_ = true;
  labels_ = std::move(labels);
  epoch_logits_ = std::move(earlier);
}

bool RunRecorder::epoch_done(const EpochResult& result, const std::vector<float>& logits) {
  if (keeps_predictions_) epoch_logits_.insert(epoch_logits_.end(), logits.begin(), logits.end());
  history_.push_back(result);
  const bool best = result.val_loss < lowest_val_loss_;
  if (best) {
    lowest_val_loss_ = result.val_loss;
    best_epoch_ = result.epoch;
    program_.keep_parameters();
  }
  if (is_writing()) return best;
  finish_writing();
  if (result.epoch == 1 || checkpoint_pace_.due())
    begin_checkpoint({});
  else if (history_pace_.due())  // may be newer than the checkpoint: a resumed run drops the epochs after it
    begin_history();
  if (!has_written_) finish_writing();
  return best;
}

bool RunRecorder::is_writing() const {
  return writing_ && writing_->end.wait_for(std::chrono::seconds(0)) == std::future_status::timeout;
}

void RunRecorder::finish_writing() {
  if (!writing_) return;
  Writing done = *std::move(writing_);
  writing_.reset();
  done.pace->wrote(done.begin, done.end.get());
  checkpoint_epoch_ = done.checkpoint_epoch;
  best_in_folder_ = done.best_in_folder;
  has_written_ = true;
}

bool RunRecorder::has_checkpoint(const PartialEpoch& partial) const {
  return checkpoint_epoch_ == int(history_.size()) && partial.steps == 0;
}

RunRecorder::Files RunRecorder::files(const PartialEpoch& partial) {
  const int epochs = int(history_.size());
  Files files{history_, std::nullopt, std::nullopt, take_checkpoint(program_, epochs, partial)};
  if (keeps_predictions_) files.predictions = epoch_predictions();
  if (best_in_folder_ != best_epoch_) files.best = {.epoch = best_epoch_, .parameters = program_.kept_parameters()};
  if (epochs == 1 && partial.steps == 0) first_epoch_ = checksum_of_weights(files.last.parameters);
  files.last.first_epoch = first_epoch_;
  return files;
}

void RunRecorder::add_checkpoint(RunChange& change, const PartialEpoch& partial) {
  require(!writing_, "a folder has one change at a time");
  if (!has_checkpoint(partial)) files(partial).add_to(change, program_.net());
}

template <class AddFiles>
std::future<RunRecorder::Clock::time_point> RunRecorder::write(AddFiles add_files) {
  const auto task = [&directory = directory_, add_files] {
    RunChange change(directory);
    add_files(change);
    change.commit();
    return Clock::now();
  };
  // A copy: if no other thread can be started, std::async leaves the task to the one that waits, after it has moved it.
  return std::async(task);
}

void RunRecorder::begin_checkpoint(const PartialEpoch& partial) {
  const auto begin = Clock::now();
  const auto all = std::make_shared<const Files>(files(partial));
  auto end = write([all, &net = program_.net()](RunChange& change) { all->add_to(change, net); });
  writing_ = Writing{begin, std::move(end), &checkpoint_pace_, int(history_.size()), best_epoch_};
}

void RunRecorder::begin_history() {
  const auto begin = Clock::now();
  const auto history = std::make_shared<const std::vector<EpochResult>>(history_);
  auto end = write([history](RunChange& change) { change.history(*history); });
  writing_ = Writing{begin, std::move(end), &history_pace_, checkpoint_epoch_, best_in_folder_};
}

void RunRecorder::write_checkpoint(const PartialEpoch& partial) {
  finish_writing();
  if (has_checkpoint(partial)) return;
  begin_checkpoint(partial);
  finish_writing();
}

SafeTensors RunRecorder::epoch_predictions() const {
  SafeTensors file;
  if (!keeps_predictions_) return file;
  const auto images = std::int64_t(labels_.size()), outputs = program_.net().output().size();
  const auto epochs = std::int64_t(epoch_logits_.size()) / std::max<std::int64_t>(1, images * outputs);
  file.tensors.push_back(
      make_tensor("epochs.logits", {epochs, images, outputs}, epoch_logits_.data(), epoch_logits_.size()));
  return file;
}

SafeTensors RunRecorder::predictions(const std::vector<std::int32_t>& labels, const std::vector<float>& best,
                                     const std::vector<float>& last) const {
  SafeTensors file = epoch_predictions();
  const auto images = std::int64_t(labels.size()), outputs = program_.net().output().size();
  file.metadata = {{"best_epoch", std::to_string(best_epoch_)}, {"last_epoch", std::to_string(history_.back().epoch)}};
  file.tensors.push_back(make_tensor("labels", {images}, labels.data(), labels.size()));
  file.tensors.push_back(make_tensor("best.logits", {images, outputs}, best.data(), best.size()));
  file.tensors.push_back(make_tensor("last.logits", {images, outputs}, last.data(), last.size()));
  return file;
}

}  // namespace gs
