// trainer_ranks.cpp - a trainer among ranks: rank 0 says what comes next, all do it, and rank 0 gets what they have
// found.
#include <cstring>
#include <string_view>

#include "engine/train/trainer.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Kind = TrainerOrder::Kind;

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// The activity in all layers, one after another.
std::vector<ChannelActivity> channels_of(const Diagnosis& diagnosis) {
  std::vector<ChannelActivity> all;
  for (const LayerDiagnosis& layer : diagnosis.layers)
    all.insert(all.end(), layer.channels.begin(), layer.channels.end());
  return all;
}

/// Adds another rank's activity, in bytes. The parameters and their gradients are the same everywhere.
void add_channels(Diagnosis& diagnosis, std::string_view other) {
  for (LayerDiagnosis& layer : diagnosis.layers)
    for (ChannelActivity& channel : layer.channels) {
      ChannelActivity more;
      require(other.size() >= sizeof more, "a rank has fewer channels");
      std::memcpy(&more, other.data(), sizeof more);
      other.remove_prefix(sizeof more);
      channel.positive += more.positive;
      channel.broken += more.broken;
    }
}

void ignore(const PassSums&) {}

/// A pass that rank 0 leads.
struct FollowedPass {
  RingReader reader;
  std::uint32_t step;  ///< next
};

}  // namespace

void Trainer::order(const TrainerOrder& next) {
  TrainerOrder copy = next;
  if (is_led()) program_.shared_batch().ranks->broadcast(&copy, sizeof copy);
}

void Trainer::share_state() {
  if (!is_led()) return;
  order({.kind = Kind::share_state});
  program_.share_training_state();
}

void Trainer::snapshot() {
  order({.kind = Kind::snapshot});
  program_.snapshot();
}

void Trainer::restore() {
  order({.kind = Kind::restore});
  program_.restore();
}

void Trainer::end_on_all_ranks() noexcept {
  if (!is_led()) return;
  // The reason first: on other ranks the end of the sums may look like a failure of their own.
  try {
    throw;
  } catch (const std::exception& error) {
    program_.shared_batch().ranks->fail(error);
  } catch (...) {
    program_.shared_batch().ranks->fail(Error("the run was ended"));
  }
  program_.abandon_exchanges();
}

void Trainer::begin_epoch(const Epoch& epoch) {
  const TrainerOrder begin{
      .kind = Kind::begin_epoch, .epoch = epoch.number, .step = epoch.first_step, .learning_rate = epoch.learning_rate};
  order(begin);
  begin_own_epoch(begin);
}

int Trainer::train_steps(std::uint32_t step, int wanted, const std::function<int(int wanted)>& run) {
  order({.kind = Kind::train, .step = step});
  return run(train_.provide(step, at_once(wanted)));
}

void Trainer::diagnostic_step(std::uint32_t step) {
  order({.kind = Kind::diagnose, .step = step});
  train_.provide(step, 1);
  program_.diagnostic_step();
}

Diagnosis Trainer::diagnosis() {
  Diagnosis diagnosis = program_.diagnosis();
  if (!is_led()) return diagnosis;
  order({.kind = Kind::report_diagnosis});
  const std::vector<std::string> reports = program_.shared_batch().ranks->gather({});
  for (std::size_t r = 1; r < reports.size(); ++r) add_channels(diagnosis, reports[r]);
  return diagnosis;
}

/// With rank 0's parameters: the statistics of batch normalisation differ from rank to rank.
void Trainer::begin_evaluation(Split split) {
  const bool shares = is_led() && program_.parameters_may_differ();
  order({.kind = Kind::begin_evaluation, .split = split, .shares_parameters = shares});
  if (shares) program_.share_parameters();
  begin_own_evaluation(split);
}

int Trainer::evaluate_steps(Split split, std::uint32_t step, int wanted) {
  order({.kind = Kind::evaluate, .step = step, .split = split});
  return program_.evaluate_steps(of(split).provide(step, at_once(wanted)));
}

/// Added in the order of ranks.
PassSums Trainer::total(const PassSums& own) {
  if (!is_led()) return own;
  order({.kind = Kind::report_sums});
  const std::vector<std::string> reports = program_.shared_batch().ranks->gather({});
  PassSums all = own;
  for (std::size_t r = 1; r < reports.size(); ++r) {
    PassSums other;
    require(reports[r].size() == sizeof other, "a rank reports other sums");
    std::memcpy(&other, reports[r].data(), sizeof other);
    all.part.loss_sum += other.part.loss_sum;
    all.part.correct += other.part.correct;
    all.part.images += other.part.images;
    if (other.first_bad_step >= 0 && (all.first_bad_step < 0 || other.first_bad_step < all.first_bad_step))
      all.first_bad_step = other.first_bad_step;
  }
  return all;
}

std::vector<float> Trainer::own_logits(Split split) const {
  std::vector<float> logits(program_.shared_batch().images(of(split).samples()) * std::size_t(outputs()));
  program_.device().download(logits.data(), logits_.data(), logits.size() * sizeof(float));
  return logits;
}

/// Puts the logits of all ranks into the order of the split.
void Trainer::take_logits(Split split) {
  if (!is_led()) return;
  order({.kind = Kind::report_logits, .split = split});
  const SharedBatch& shared = program_.shared_batch();
  const std::vector<float> own = own_logits(split);
  const std::vector<std::string> reports = shared.ranks->gather(bytes_of(own));
  const std::size_t row = std::size_t(outputs()) * sizeof(float);
  std::string all(of(split).samples() * row, '\0');
  for (int r = 0; r < shared.ranks->size(); ++r) {
    const std::string& part = reports[std::size_t(r)];
    for (std::size_t i = 0; i < part.size() / row; ++i)
      std::memcpy(all.data() + shared.division.place(r, std::uint32_t(i)) * row, part.data() + i * row, row);
  }
  program_.device().upload(logits_.data(), all.data(), all.size());
}

void Trainer::dismiss(int status) {
  order({.kind = Kind::end, .status = status});
}

int Trainer::follow() {
  require(is_led(), "there is no rank to follow");
  try {
    return follow_orders();
  } catch (...) {
    end_on_all_ranks();
    throw;
  }
}

int Trainer::follow_orders() {
  Ranks& ranks = *program_.shared_batch().ranks;
  Device& device = program_.device();
  FollowedPass pass{RingReader(program_), 0};
  const auto step_of = [&](Split split, auto&& enqueue) {
    pass.reader.room(pass.step, device, ignore);
    of(split).provide(pass.step, 1);
    enqueue();
    ++pass.step;
    pass.reader.poll();
  };
  for (;;) {
    TrainerOrder order;
    ranks.broadcast(&order, sizeof order);
    switch (order.kind) {
      case Kind::share_state:
        program_.share_training_state();
        break;
      case Kind::snapshot:
        program_.snapshot();
        break;
      case Kind::restore:
        program_.restore();
        break;
      case Kind::begin_epoch:
        begin_own_epoch(order);
        pass = {RingReader(program_, {.steps = order.step}), order.step};
        break;
      case Kind::train:
        step_of(Split::training, [&] { program_.train_step(); });
        break;
      case Kind::diagnose:
        step_of(Split::training, [&] { program_.diagnostic_step(); });
        break;
      case Kind::report_diagnosis:
        ranks.gather(bytes_of(channels_of(program_.diagnosis())));
        break;
      case Kind::begin_evaluation:
        if (order.shares_parameters) program_.share_parameters();
        begin_own_evaluation(order.split);
        pass = {RingReader(program_), 0};
        break;
      case Kind::evaluate:
        step_of(order.split, [&] { program_.evaluate_steps(1); });
        break;
      case Kind::report_sums:
        pass.reader.read_all(pass.step, device, ignore);
        ranks.gather(bytes_of(pass.reader.sums()));
        break;
      case Kind::report_logits:
        device.synchronize();
        ranks.gather(bytes_of(own_logits(order.split)));
        break;
      case Kind::end:
        return order.status;
    }
  }
}

}  // namespace gs
