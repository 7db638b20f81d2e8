// device.h - the device interface: memory, one ordered stream, the kernels of its target, capture and timing of calls.
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

/// Owned device memory. Initially undefined; on `sim` all bytes are 0xFF (NaN).
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

/// A captured sequence of calls that run() repeats: a CUDA graph, or a list of the calls.
class Replay {
 public:
  virtual ~Replay() = default;
  virtual void run() = 0;
};

/// A call to capture. It runs after the earlier calls with the indices `after`, and may run in parallel to all others.
struct GraphCall {
  std::function<void()> call;
  std::vector<int> after;
};

/// Launch configuration of a kernel.
struct KernelLaunch {
  std::string kernel;
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< dynamic shared memory per block
};

/// Start and end of a call in microseconds, relative to the start of the timed run.
struct CallTime {
  double start_us = 0, end_us = 0;
  std::vector<double> thread_us;  ///< cpu: busy time of each thread in own kernels; empty if none ran
};
struct TimedCalls {
  double wall_us = 0;  ///< until the device has finished all calls
  std::vector<CallTime> calls;
};

/// All member functions are pure virtual or defined inline, so that a module that derives from this class
/// (cuda_module.h) needs no symbols of the program that loads it.
class Device {
 public:
  virtual ~Device() = default;

  virtual std::string_view name() const = 0;  ///< "cpu", "cuda", "sim": as in --device, without a number
  virtual std::string description()
      const = 0;  ///< for users: the machine, its vector width or SMs, the library's version
  virtual const Registry& registry() const = 0;  ///< the kernels of its target
  virtual Library* library() = 0;                ///< the vendor's convolutions and matrix products, or null
  template <class Op>
  Variants<Op> variants() const {
    return registry().variants<Op>();
  }
  virtual bool tf32() const { return false; }  ///< cuda, sim: products may round their factors to tf32; cpu: they do
  virtual stream_t stream() const = 0;         ///< orders all work below; also selects the GPU for the calling thread
  virtual int threads() const = 0;             ///< CPU threads that kernels use; 1 on cuda

  virtual void upload(void* device, const void* host, std::size_t bytes) = 0;    ///< returns when `host` may change
  virtual void download(void* host, const void* device, std::size_t bytes) = 0;  ///< waits for all earlier work
  virtual void copy(void* to, const void* from, std::size_t bytes) = 0;          ///< both on the device; asynchronous
  virtual void fill_zero(void* device, std::size_t bytes) = 0;
  virtual void synchronize() = 0;
  /// True if all enqueued work has ended. Never waits; throws gs::Error if the work failed.
  virtual bool idle() { return true; }

  /// `look` is called again and again while the host waits for the device; what it throws ends the wait, and the watch.
  /// For work that may never end, as sums over GPUs if one of them is gone. Null: no more.
  virtual void watch(std::function<void()> /*look*/) {}

  /// Memory shared by device and host: the device writes it, and the host may read it at any time without waiting.
  virtual bool shared_memory_is_plain() const = 0;
  virtual void* allocate_shared(std::size_t bytes) = 0;
  virtual void free_shared(void*) noexcept = 0;

  /// Captures the work that the calls enqueue on stream(), without running it.
  virtual std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) = 0;
  std::unique_ptr<Replay> capture(std::function<void()> call) {
    return capture(std::vector<GraphCall>{{std::move(call), {}}});
  }
  /// Captures a loop: one run() repeats the calls until `last`, which runs after them, sets the loop condition to 0. On
  /// cuda it is a WHILE node of a graph and needs no host.
  virtual std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) = 0;
  /// Largest useful number of training steps per replay: enough to hide the launch cost.
  virtual int most_steps_per_replay() const { return 1; }

  /// Kernels that `calls` would launch, in order, without running them; nullopt on cpu, whose calls are not launches.
  virtual std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& /*calls*/) {
    return std::nullopt;
  }

  /// Runs the calls one after another, without parallel branches, and times each: by the host clock, or on cuda by
  /// events around each call.
  virtual TimedCalls timed(const std::vector<std::function<void()>>& calls) = 0;

  /// Kernel tracer, or null with a reason. It attributes kernels to calls only for replays captured while it lives.
  virtual std::shared_ptr<KernelTracer> trace_kernels(std::string& why_not) {
    why_not = "the device records no kernels";
    return nullptr;
  }

  /// Names the work enqueued in between for profilers (NVTX on cuda).
  virtual void begin_range(const std::string& /*name*/) {}
  virtual void end_range() {}

  /// Free device memory in bytes; nullopt if the device uses host memory.
  virtual std::optional<std::size_t> free_bytes() { return std::nullopt; }

  /// Bytes of all live Memory objects; shared memory is not counted.
  std::size_t held_bytes() const { return held_bytes_; }

  /// Number of Memory allocations so far. Tests check that it is constant after the first step.
  std::size_t allocations() const { return allocations_; }

 protected:
  friend class Memory;
  virtual void* allocate(std::size_t bytes) = 0;  ///< 256-byte aligned; throws gs::Error that names the requested size
  virtual void free(void*) noexcept = 0;
  std::size_t allocations_ = 0, held_bytes_ = 0;
};

/// Device memory filled with `values`.
template <class T>
Memory uploaded(Device& device, const std::vector<T>& values) {
  Memory memory(device, values.size() * sizeof(T));
  device.upload(memory.data(), values.data(), memory.bytes());
  return memory;
}

/// `Device::timed` for synchronous devices: host clock before and after each call.
TimedCalls timed_by_clock(const std::vector<std::function<void()>>& calls);

struct DeviceRequest {
  std::string name = "auto";  ///< auto, cuda, cuda:N, cpu, sim, ptx. auto: cuda if GPU 0 fits this build, else cpu
  int threads = 0;            ///< CPU threads; 0: default_threads() of core/machine_limits.h
  /// Products round their fp32 factors to tf32: on cuda and sim if a tensor-core variant is chosen, on cpu always, by
  /// emulation. Unset: true on cuda, else false.
  std::optional<bool> tf32 = std::nullopt;
};

/// Throws UsageError with the reason if the device is missing, unsuitable or not built in.
std::unique_ptr<Device> open_device(const DeviceRequest&);

}  // namespace gs
