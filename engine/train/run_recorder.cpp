// run_recorder.cpp - the order and rate of writes.
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

RunRecorder::RunRecorder(RunDirectory& directory, Program& program, std::vector<EpochResult> earlier)
    : directory_(directory),
      program_(program),
      history_(std::move(earlier)),
      lowest_val_loss_(std::numeric_limits<double>::infinity()) {
  best_pace_.least = last_pace_.least = std::chrono::seconds(5);
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
  last_pending_ = history_pending_ = true;
  // The history first: resuming needs a history that is not older than last.safetensors.
  if (history_pace_.due() || last_pace_.due()) write_history();
  if (last_pace_.due()) write_last();
  if (best_pending_ && best_pace_.due()) write_best();
  return best;
}

void RunRecorder::write_best() {
  best_pace_.timed(
      [&] { directory_.write_best(program_.net(), {.epoch = best_epoch_, .parameters = program_.kept_parameters()}); });
  best_pending_ = false;
}

void RunRecorder::write_last() {
  // The best weights and predictions first: like the history they must not be older than last.safetensors, so that a
  // run that crashes (GPU failure, power loss) can resume from it.
  if (best_pending_) write_best();
  last_pace_.timed([&] {
    if (keeps_predictions_) directory_.write_predictions(predictions());
    directory_.write_last(program_.net(), take_checkpoint(program_, history_.back().epoch));
  });
  last_pending_ = false;
}

SafeTensors RunRecorder::predictions() const {
  SafeTensors file;
  if (!keeps_predictions_) return file;
  const auto images = std::int64_t(labels_.size()), outputs = program_.net().output().size();
  const auto epochs = std::int64_t(epoch_logits_.size()) / std::max<std::int64_t>(1, images * outputs);
  file.tensors.push_back(
      make_tensor("epochs.logits", {epochs, images, outputs}, epoch_logits_.data(), epoch_logits_.size()));
  return file;
}

void RunRecorder::write_predictions(const std::vector<std::int32_t>& labels, const std::vector<float>& best,
                                    const std::vector<float>& last) {
  SafeTensors file = predictions();
  const auto images = std::int64_t(labels.size()), outputs = program_.net().output().size();
  file.metadata = {{"best_epoch", std::to_string(best_epoch_)}, {"last_epoch", std::to_string(history_.back().epoch)}};
  file.tensors.push_back(make_tensor("labels", {images}, labels.data(), labels.size()));
  file.tensors.push_back(make_tensor("best.logits", {images, outputs}, best.data(), best.size()));
  file.tensors.push_back(make_tensor("last.logits", {images, outputs}, last.data(), last.size()));
  directory_.write_predictions(file);
}

void RunRecorder::write_history() {
  history_pace_.timed([&] { directory_.write_history(history_); });
  history_pending_ = false;
}

void RunRecorder::finish() {
  stop();
  if (last_pending_) write_last();
}

void RunRecorder::stop() {
  if (best_pending_) write_best();
  if (history_pending_) write_history();
}

}  // namespace gs
