// device.h - where things run: memory, one ordered stream, the kernels of its target, and capture of a sequence of
// calls.
#pragma once
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/device/kernel_tracer.h"
#include "kernels/common/registry.h"

namespace gs {

class Device;
class Library;

/// Device memory, freed with its owner. Contents are undefined at first; on `sim` they are NaN (0xFF).
class Memory {
 public:
  Memory() = default;
  Memory(Device& device, std::size_t bytes);
  Memory(Memory&&) noexcept;
  Memory& operator=(Memory&&) noexcept;
  ~Memory();

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Device* device_ = nullptr;
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// A sequence of calls that can be repeated with one call: a CUDA graph, or the calls themselves.
class Replay {
 public:
  virtual ~Replay() = default;
  virtual void run() = 0;
};

/// One of the calls that are captured, with the earlier ones (by index) whose results it needs. It may run beside any
/// other.
struct GraphCall {
  std::function<void()> call;
  std::vector<int> after;
};

/// One kernel as it is launched.
struct KernelLaunch {
  std::string kernel;
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< dynamic shared memory of a block
};

/// When a call ran, in microseconds since the run that it belongs to began.
struct CallTime {
  double start_us = 0, end_us = 0;
  std::vector<double> thread_us;  ///< cpu: how long each thread was busy in own kernels; empty where none ran
};
struct TimedCalls {
  double wall_us = 0;  ///< until the device had done all of them
  std::vector<CallTime> calls;
};

/// All of its functions are pure or defined here, so that a module which derives from it (cuda_module.h) needs no
/// symbol of the program that loads it.
class Device {
 public:
  virtual ~Device() = default;

  virtual std::string_view name() const = 0;  ///< "cpu", "cuda", "sim": what --device calls it, without a number
  virtual std::string description()
      const = 0;  ///< for people: the machine, its vector width or SMs, the library's version
  virtual const Registry& registry() const = 0;  ///< the kernels of its target
  virtual Library* library() = 0;                ///< the vendor's convolutions and products, or null
  template <class Op>
  Variants<Op> variants() const {
    return registry().variants<Op>();
  }
  virtual bool tf32() const { return false; }  ///< may products round their factors to tf32? On cpu: do they?
  virtual stream_t stream() const = 0;  ///< orders everything below; makes the device's GPU that of the caller's thread
  virtual int threads() const = 0;      ///< CPU threads that kernels use; 1 on cuda

  virtual void upload(void* device, const void* host, std::size_t bytes) = 0;    ///< returns when `host` may change
  virtual void download(void* host, const void* device, std::size_t bytes) = 0;  ///< waits for all earlier work
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;          ///< both on the device; not waited for
  virtual void fill_zero(void* device, std::size_t bytes) = 0;
  virtual void synchronize() = 0;
  /// Has all that was enqueued ended? Never waits; throws gs::Error when it failed.
  virtual bool idle() { return true; }

  /// Memory that both sides see: the device writes it, the host may read it at any time without waiting.
  virtual bool shared_memory_is_plain() const = 0;
  virtual void* allocate_shared(std::size_t bytes) = 0;
  virtual void free_shared(void*) noexcept = 0;

  /// Records what the calls enqueue on stream() and returns how to repeat it. Nothing has run when it returns.
  virtual std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) = 0;
  std::unique_ptr<Replay> capture(std::function<void()> call) {
    return capture(std::vector<GraphCall>{{std::move(call), {}}});
  }
  /// Records a loop: what one run() repeats until `last`, the call behind all others, sets its condition to 0. On cuda
  /// it is a WHILE node of a graph, and the host has no part in it.
  virtual std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) = 0;
  /// How many training steps one replay should hold at most, so that starting it never limits.
  virtual int most_steps_per_replay() const { return 1; }

  /// The kernels that `calls` would launch, in their order; none of them runs. Nothing where calls are no kernels.
  virtual std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& /*calls*/) {
    return std::nullopt;
  }

  /// Runs the calls one after another, as a replay without branches does, and says when each of them ran: by the clock,
  /// or on cuda by events around each.
  virtual TimedCalls timed(const std::vector<std::function<void()>>& calls) = 0;

  /// What records kernels; null with a reason where the device cannot. Only of replays that were captured while it
  /// lives is it known which call a kernel belongs to.
  virtual std::shared_ptr<KernelTracer> trace_kernels(std::string& why_not) {
    why_not = "the device records no kernels";
    return nullptr;
  }

  /// Names what is enqueued in between, for a tool that watches (NVTX on cuda).
  virtual void begin_range(const std::string& /*name*/) {}
  virtual void end_range() {}

  /// How much memory could be allocated now; nothing where it is the machine's own.
  virtual std::optional<std::size_t> free_bytes() { return std::nullopt; }

  /// How much memory is allocated, without what was allocated as shared.
  std::size_t held_bytes() const { return held_bytes_; }

  /// How often allocate() was called: a test shows that it stands still after the first step.
  std::size_t allocations() const { return allocations_; }

 protected:
  friend class Memory;
  virtual void* allocate(
      std::size_t bytes) = 0;  ///< 256-byte aligned; throws gs::Error that says how much was asked for
  virtual void free(void*) noexcept = 0;
  std::size_t allocations_ = 0, held_bytes_ = 0;
};

/// Device memory that holds the values.
template <class T>
Memory uploaded(Device& device, const std::vector<T>& values) {
  Memory memory(device, values.size() * sizeof(T));
  device.upload(memory.data(), values.data(), memory.bytes());
  return memory;
}

/// Device::timed where calls have ended when they return: by the clock before and after each.
TimedCalls timed_by_clock(const std::vector<std::function<void()>>& calls);

struct DeviceRequest {
  std::string name = "auto";  ///< auto, cuda, cuda:N, cpu, sim. auto: cuda if there is a GPU that fits, else cpu
  int threads = 0;            ///< CPU threads; 0: all cores
  /// Products round their fp32 factors to tf32: on cuda and sim where a variant on tensor cores is chosen, on cpu
  /// always, by emulation. Unset: on cuda they may.
  std::optional<bool> tf32 = std::nullopt;
};

/// Throws UsageError when the device is not there or not built in, and says why.
std::unique_ptr<Device> open_device(const DeviceRequest&);

}  // namespace gs
