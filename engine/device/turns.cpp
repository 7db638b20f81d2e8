// turns.cpp - a lock that many share, in which whoever wants it alone goes first (std::shared_mutex does not say who).
#include "engine/device/turns.h"

#include <condition_variable>
#include <mutex>

namespace gs {
namespace {

std::mutex mutex;
std::condition_variable changed;
int training = 0, wanting = 0;
bool measuring = false;

}  // namespace

TrainingTurn::TrainingTurn() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !measuring && wanting == 0; });
  ++training;
}
TrainingTurn::~TrainingTurn() {
  const std::lock_guard lock(mutex);
  --training;
  changed.notify_all();
}

MeasuringTurn::MeasuringTurn() {
  std::unique_lock lock(mutex);
  ++wanting;
  changed.wait(lock, [] { return !measuring && training == 0; });
  --wanting;
  measuring = true;
}
MeasuringTurn::~MeasuringTurn() {
  const std::lock_guard lock(mutex);
  measuring = false;
  changed.notify_all();
}

}  // namespace gs
