// host_device.cpp - the devices in host memory: `cpu` (host kernels, oneDNN) and `sim` (the simulator).
#include <omp.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/alignment.h"
#include "engine/core/machine_limits.h"
#include "engine/device/backends.h"
#include "engine/device/cpu_info.h"
#include "engine/device/cpu_kernels.h"
#include "engine/device/recorded_launches.h"
#include "engine/device/sim_kernels.h"
#include "engine/library/library.h"
#if GRIDSTRIDE_WITH_ONEDNN
#include "engine/library/onednn_library.h"
#endif
#include "kernels/sim/simulator.h"
#include "kernels/sim/thread_times.h"

namespace gs {
namespace {

/// Arrays of this size or more use huge pages if the system has them: a dense layer's weights are read in strides that
/// would miss the TLB at nearly every access with small pages.
constexpr std::size_t huge_page = std::size_t(2) << 20;

/// Repeats the calls directly, in order.
class DirectReplay : public Replay {
 public:
  explicit DirectReplay(std::vector<GraphCall> calls) : calls_(std::move(calls)) {}
  void run() override {
    for (const GraphCall& c : calls_) c.call();
  }

 private:
  std::vector<GraphCall> calls_;
};

/// Repeats the calls until `last` clears the loop condition.
class LoopReplay : public Replay {
 public:
  LoopReplay(std::vector<GraphCall> calls, std::function<void(loop_t)> last)
      : once_(std::move(calls)), last_(std::move(last)) {}
  void run() override {
    unsigned go_on = 1;
    while (go_on) {
      once_.run();
      last_(reinterpret_cast<loop_t>(&go_on));
    }
  }

 private:
  DirectReplay once_;
  std::function<void(loop_t)> last_;
};

class HostDevice : public Device {
 public:
  HostDevice(std::string_view name, const Registry& registry, int threads, bool tf32)
      : name_(name), registry_(registry), threads_(threads), tf32_(tf32) {
    omp_set_num_threads(threads);
  }

  std::string_view name() const override { return name_; }
  const Registry& registry() const override { return registry_; }
  Library* library() override { return library_.get(); }
  bool tf32() const override { return tf32_; }
  stream_t stream() const override { return nullptr; }
  int threads() const override { return threads_; }

  std::string description() const override {
    std::string text =
        fmt::format("{}, {} thread{}, {}", cpu_model(), threads_, threads_ == 1 ? "" : "s", cpu_vectors());
    if (registry_.target() == Target::sim) return "simulated GPU on " + text;
    return library_ ? fmt::format("{}, {} {}", text, library_->name(), library_->version())
                    : text + ", own kernels only";
  }

  void upload(void* device, const void* host, std::size_t bytes) override { copy(device, host, bytes); }
  void download(void* host, const void* device, std::size_t bytes) override { copy(host, device, bytes); }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes) std::memcpy(to, from, bytes);
  }
  void fill_zero(void* device, std::size_t bytes) override {
    if (bytes) std::memset(device, 0, bytes);
  }
  void synchronize() override {}

  bool shared_memory_is_plain() const override { return true; }
  void* allocate_shared(std::size_t bytes) override { return allocate(bytes); }
  void free_shared(void* memory) noexcept override { free(memory); }

  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) override {
    return std::make_unique<DirectReplay>(std::move(calls));
  }
  std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) override {
    return std::make_unique<LoopReplay>(std::move(calls), std::move(last));
  }

  /// On cpu with each thread's time in own kernels; not on sim, whose CPU threads do not correspond to GPU threads.
  TimedCalls timed(const std::vector<std::function<void()>>& calls) override {
    if (registry_.target() == Target::sim) return timed_by_clock(calls);
    simulator::ThreadTimes times(threads_);
    std::vector<std::vector<double>> thread_us(calls.size());
    std::vector<std::function<void()>> watched;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      thread_us[i].reserve(std::size_t(threads_));
      watched.emplace_back([&, i] {
        calls[i]();
        times.take(thread_us[i]);
      });
    }
    TimedCalls result = timed_by_clock(watched);
    for (std::size_t i = 0; i < calls.size(); ++i) result.calls[i].thread_us = std::move(thread_us[i]);
    return result;
  }

  /// sim uses a few steps per replay to exercise the GPU's code path; a CPU gains nothing from it.
  int most_steps_per_replay() const override { return registry_.target() == Target::sim ? 4 : 1; }
  std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& calls) override {
    if (registry_.target() != Target::sim) return std::nullopt;
    return recorded_launches(calls);
  }

  void set_library(std::unique_ptr<Library> library) { library_ = std::move(library); }

 protected:
  void* allocate(std::size_t bytes) override {
    const bool huge = bytes >= huge_page;
    const std::size_t unit = huge ? huge_page : buffer_alignment;
    const std::size_t padded = (std::max<std::size_t>(bytes, 1) + unit - 1) / unit * unit;
    if (huge)  // Linux would promise more than there is, and end the process when it is used
      if (const std::string shortage = memory_shortage(double(padded)); !shortage.empty())
        throw Error(fmt::format("out of memory: an array needs {}", shortage));
    void* memory = std::aligned_alloc(unit, padded);
    if (!memory) throw Error(fmt::format("out of memory: {:.1f} MiB requested", double(bytes) / (1 << 20)));
    if (huge) madvise(memory, padded, MADV_HUGEPAGE);  // a hint: without it only the speed differs
    if (registry_.target() == Target::sim) {
      std::memset(memory, 0xff, padded);  // NaN: makes reads of unwritten memory visible
      simulator::register_memory(memory, bytes);
    }
    return memory;
  }
  void free(void* memory) noexcept override {
    if (registry_.target() == Target::sim) simulator::unregister_memory(memory);
    std::free(memory);
  }

 private:
  std::string_view name_;
  const Registry& registry_;
  int threads_;
  bool tf32_;
  std::unique_ptr<Library> library_;
};

}  // namespace

std::unique_ptr<Device> open_cpu(int threads, bool tf32) {
  auto device = std::make_unique<HostDevice>("cpu", cpu_kernels(), threads, tf32);
#if GRIDSTRIDE_WITH_ONEDNN
  device->set_library(make_onednn_library(device->registry()));
#endif
  return device;
}

std::unique_ptr<Device> open_sim(int threads, bool tf32) {
  return std::make_unique<HostDevice>("sim", sim_kernels(), threads, tf32);
}

}  // namespace gs
