// run_recorder.cpp - the rate of writes.
#include "engine/train/run_recorder.h"

#include <algorithm>
#include <limits>

namespace gs {

template <class Write>
void RunRecorder::Pace::timed(Write write) {
  constexpr int share_of_time = 20;
  const auto start = Clock::now();
  write();
  const auto end = Clock::now();
  const std::chrono::duration<double> wait =
      std::max<std::chrono::duration<double>>(least, share_of_time * (end - start));
  next = end + std::chrono::duration_cast<Clock::duration>(wait);
}

RunRecorder::RunRecorder(RunDirectory& directory, Program& program, std::vector<EpochResult> earlier,
                         std::string first_epoch)
    : directory_(directory),
      program_(program),
      history_(std::move(earlier)),
      lowest_val_loss_(std::numeric_limits<double>::infinity()),
      first_epoch_(std::move(first_epoch)) {
  checkpoint_pace_.least = std::chrono::seconds(5);
  checkpoint_epoch_ = int(history_.size());
  for (const EpochResult& r : history_)
    if (r.val_loss < lowest_val_loss_) lowest_val_loss_ = r.val_loss, best_epoch_ = r.epoch;
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
    best_pending_ = true;
  }
  if (result.epoch == 1 || checkpoint_pace_.due())
    write_checkpoint();
  else if (history_pace_.due())  // may be newer than the checkpoint: a resumed run drops the epochs after it
    history_pace_.timed([&] {
      RunChange change(directory_);
      change.history(history_);
      change.commit();
    });
  return best;
}

void RunRecorder::add_checkpoint(RunChange& change, const PartialEpoch& partial) {
  const int epochs = int(history_.size());
  if (checkpoint_epoch_ == epochs && partial.steps == 0) return;
  change.history(history_);
  if (keeps_predictions_) change.predictions(epoch_predictions());
  if (best_pending_) change.best(program_.net(), {.epoch = best_epoch_, .parameters = program_.kept_parameters()});
  Checkpoint last = take_checkpoint(program_, epochs, partial);
  if (epochs == 1 && partial.steps == 0) first_epoch_ = checksum_of_weights(last.parameters);
  last.first_epoch = first_epoch_;
  change.last(program_.net(), last);
}

void RunRecorder::write_checkpoint(const PartialEpoch& partial) {
  checkpoint_pace_.timed([&] {
    RunChange change(directory_);
    add_checkpoint(change, partial);
    change.commit();
  });
  checkpoint_epoch_ = int(history_.size());
  best_pending_ = false;
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
