// small_device.h - wraps another device and reports a given amount of free memory, as a GPU does.
#pragma once
#include <map>
#include <memory>

#include "engine/device/device.h"

namespace gs::test {

class SmallDevice : public Device {
 public:
  SmallDevice(std::unique_ptr<Device> device, std::size_t free_bytes)
      : device_(std::move(device)), free_bytes_(free_bytes) {}

  std::optional<std::size_t> free_bytes() override { return free_bytes_; }

  std::string_view name() const override { return device_->name(); }
  std::string description() const override { return device_->description(); }
  const Registry& registry() const override { return device_->registry(); }
  Library* library() override { return device_->library(); }
  stream_t stream() const override { return device_->stream(); }
  int threads() const override { return device_->threads(); }
  void upload(void* device, const void* host, std::size_t bytes) override { device_->upload(device, host, bytes); }
  void download(void* host, const void* device, std::size_t bytes) override { device_->download(host, device, bytes); }
  void copy(void* to, const void* from, std::size_t bytes) override { device_->copy(to, from, bytes); }
  void fill_zero(void* device, std::size_t bytes) override { device_->fill_zero(device, bytes); }
  void synchronize() override { device_->synchronize(); }
  bool shared_memory_is_plain() const override { return device_->shared_memory_is_plain(); }
  void* allocate_shared(std::size_t bytes) override { return device_->allocate_shared(bytes); }
  void free_shared(void* memory) noexcept override { device_->free_shared(memory); }
  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) override { return device_->capture(std::move(calls)); }
  std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) override {
    return device_->capture_loop(std::move(calls), std::move(last));
  }
  TimedCalls timed(const std::vector<std::function<void()>>& calls) override { return device_->timed(calls); }

 protected:
  void* allocate(std::size_t bytes) override {
    Memory memory(*device_, bytes);
    void* const at = memory.data();
    memory_.emplace(at, std::move(memory));
    return at;
  }
  void free(void* memory) noexcept override { memory_.erase(memory); }

 private:
  std::unique_ptr<Device> device_;
  std::size_t free_bytes_;
  std::map<void*, Memory> memory_;  ///< freed before the device
};

}  // namespace gs::test
