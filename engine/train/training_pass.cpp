// training_pass.cpp - the steps of a pass run ahead of the host by at most the entries of the ring.
#include "engine/train/training_pass.h"

#include <chrono>
#include <cmath>
#include <thread>

#include "engine/core/error.h"
#include "kernels/common/check.h"

namespace gs {

RingReader::RingReader(const Program& program, const PartialEpoch& earlier)
    : ring_(program.ring()), capacity_(program.ring_capacity()), first_(earlier.steps), sums_{earlier} {}

void RingReader::poll() {
  PartialEpoch& part = sums_.part;
  for (;;) {
    const std::uint32_t slot = part.steps - first_;
    const StepMetrics& entry = ring_[slot % capacity_];
    if (__atomic_load_n(&entry.stamp, __ATOMIC_ACQUIRE) != slot + 1) return;
    if (!std::isfinite(entry.loss_sum) && sums_.first_bad_step < 0) sums_.first_bad_step = part.steps;
    part.loss_sum += entry.loss_sum;
    part.correct += entry.correct;
    part.images += entry.valid;
    ++part.steps;
  }
}

void RingReader::read_until(std::uint32_t steps, Device& device, const std::function<void(const PassSums&)>& tell) {
  for (;;) {
    const bool idle = device.idle();  // asked before the poll, so that the poll sees all results
    poll();
    tell(sums_);
    if (idle || this->steps() >= steps) return;
    std::this_thread::sleep_for(std::chrono::microseconds(20));  // each poll reads over the bus
  }
}

void RingReader::read_all(std::uint32_t steps, Device& device, const std::function<void(const PassSums&)>& tell) {
  read_until(steps, device, tell);
  device.synchronize();
  require(this->steps() == steps, "the metrics ring lost a step");
}

std::uint32_t RingReader::room(std::uint32_t step, Device& device, const std::function<void(const PassSums&)>& tell) {
  if (step - steps() == capacity_) read_until(step - capacity_ / 2, device, tell);
  return capacity_ - (step - steps());
}

std::optional<PassSums> run_pass(Program& program, std::uint32_t samples, const PassCallbacks& callbacks,
                                 const PartialEpoch& begun) {
  Device& device = program.device();
  const std::uint32_t steps = program.shared_batch().division.steps(samples);
  RingReader reader(program, begun);
  const auto paused_for_good = [&](std::uint32_t step) {
    if (!callbacks.wants_pause()) return false;
    reader.read_all(step, device, callbacks.tell);
    return !callbacks.pause(callbacks.total(reader.sums()));
  };
  for (std::uint32_t step = begun.steps; step < steps;) {
    if (paused_for_good(step)) return std::nullopt;
    const std::uint32_t room = reader.room(step, device, callbacks.tell);
    step += std::uint32_t(callbacks.enqueue(step, int(std::min(steps - step, room))));
    reader.poll();
    callbacks.tell(reader.sums());
  }
  reader.read_all(steps, device, callbacks.tell);
  if (paused_for_good(steps)) return std::nullopt;
  return callbacks.total(reader.sums());
}

}  // namespace gs
