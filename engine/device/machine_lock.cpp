// machine_lock.cpp - a shared / exclusive lock that prefers exclusive requests; std::shared_mutex guarantees no order.
#include "engine/device/machine_lock.h"

#include <condition_variable>
#include <mutex>

namespace gs {
namespace {

std::mutex mutex;
std::condition_variable changed;
int training = 0, wanting = 0;
bool measuring = false;

}  // namespace

SharedMachineLock::SharedMachineLock() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !measuring && wanting == 0; });
  ++training;
}
SharedMachineLock::~SharedMachineLock() {
  const std::lock_guard lock(mutex);
  --training;
  changed.notify_all();
}

ExclusiveMachineLock::ExclusiveMachineLock() {
  std::unique_lock lock(mutex);
  ++wanting;
  changed.wait(lock, [] { return !measuring && training == 0; });
  --wanting;
  measuring = true;
}
ExclusiveMachineLock::~ExclusiveMachineLock() {
  const std::lock_guard lock(mutex);
  measuring = false;
  changed.notify_all();
}

}  // namespace gs
