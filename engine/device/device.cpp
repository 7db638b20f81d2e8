// device.cpp - owned device memory, and calls timed by the host clock.
#include "engine/device/device.h"

#include <chrono>
#include <utility>

namespace gs {

Memory::Memory(Device& device, std::size_t bytes) : device_(&device), data_(device.allocate(bytes)), bytes_(bytes) {
  ++device.allocations_;
  device.held_bytes_ += bytes;
}

Memory::Memory(Memory&& other) noexcept
    : device_(other.device_), data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Memory& Memory::operator=(Memory&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Memory::~Memory() {
  if (!data_) return;
  device_->free(data_);
  device_->held_bytes_ -= bytes_;
}

TimedCalls timed_by_clock(const std::vector<std::function<void()>>& calls) {
  using Clock = std::chrono::steady_clock;
  TimedCalls result;
  result.calls.resize(calls.size());
  const auto begin = Clock::now();
  const auto now = [&] { return std::chrono::duration<double, std::micro>(Clock::now() - begin).count(); };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    result.calls[i].start_us = now();
    calls[i]();
    result.calls[i].end_us = now();
  }
  result.wall_us = now();
  return result;
}

}  // namespace gs
