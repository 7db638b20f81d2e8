// described_device.cpp - a GPU that is not present. Programs are compiled for it as for any device and list the kernels
// they would launch; nothing can run.
//
// The kernels are those of `sim`, which have the GPU's launch geometry. Memory is reserved address space that is never
// touched, so a laptop can describe a network of any size.
#include <sys/mman.h>

#include <map>

#include "engine/core/error.h"
#include "engine/device/backends.h"
#include "engine/device/recorded_launches.h"
#include "engine/device/sim_kernels.h"

namespace gs {
namespace {

class DescribedGpu : public Device {
 public:
  explicit DescribedGpu(bool tf32) : kernels_(sim_kernels()), tf32_(tf32) {}
  std::string_view name() const override { return "cuda"; }
  std::string description() const override { return "described GPU, not present: own kernels only"; }
  const Registry& registry() const override { return kernels_; }
  Library* library() override { return nullptr; }
  bool tf32() const override { return tf32_; }
  stream_t stream() const override { return nullptr; }
  int threads() const override { return 1; }

  void upload(void*, const void*, std::size_t) override {}
  void download(void*, const void*, std::size_t) override { throw_absent(); }
  void copy(void*, const void*, std::size_t) override {}
  void fill_zero(void*, std::size_t) override {}
  void synchronize() override {}

  bool shared_memory_is_plain() const override { return true; }
  void* allocate_shared(std::size_t bytes) override { return allocate(bytes); }
  void free_shared(void* memory) noexcept override { free(memory); }

  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall>) override { throw_absent(); }
  std::unique_ptr<Replay> capture_loop(std::vector<GraphCall>, std::function<void(loop_t)>) override { throw_absent(); }
  TimedCalls timed(const std::vector<std::function<void()>>&) override { throw_absent(); }
  std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& calls) override {
    return recorded_launches(calls);
  }

 protected:
  void* allocate(std::size_t bytes) override {
    const std::size_t size = std::max<std::size_t>(bytes, 1);
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw Error("out of address space");
    sizes_[memory] = size;
    return memory;
  }
  void free(void* memory) noexcept override {
    const auto at = sizes_.find(memory);
    if (at == sizes_.end()) return;
    munmap(memory, at->second);
    sizes_.erase(at);
  }

 private:
  [[noreturn]] static void throw_absent() { throw Error("this GPU is only described; nothing can run on it"); }
  const Registry& kernels_;
  bool tf32_;
  std::map<void*, std::size_t> sizes_;
};

}  // namespace

std::unique_ptr<Device> describe_gpu(bool tf32) {
  return std::make_unique<DescribedGpu>(tf32);
}

}  // namespace gs
