// cuda_device.cpp - the first GPU as a device: one stream, memory by cudaMalloc, replays as CUDA graphs. It lies in a
// module of its own (cuda_module.h), which is loaded only when a GPU is used.
#include <cublasLt.h>
#include <cudnn.h>

#include <fmt/format.h>

#include "engine/device/cuda_check.h"
#include "engine/device/cuda_module.h"
#include "engine/device/device.h"
#include "engine/library/cuda_library.h"

namespace gs {
namespace {

/// A captured sequence of calls: one launch runs them all.
class GraphReplay : public Replay {
 public:
  GraphReplay(cudaStream_t stream, const std::function<void()>& calls) : stream_(stream) {
    check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "beginning a capture");
    CudaGraph graph;
    try {
      calls();
    } catch (...) {
      cudaStreamEndCapture(stream, graph.address());  // a capture must be ended, also when it failed
      throw;
    }
    check_cuda(cudaStreamEndCapture(stream, graph.address()), "ending a capture");
    check_cuda(cudaGraphInstantiate(exec_.address(), graph.get(), 0), "making a CUDA graph");
    check_cuda(cudaGraphUpload(exec_.get(), stream), "uploading a CUDA graph");
  }
  void run() override { check_cuda(cudaGraphLaunch(exec_.get(), stream_), "launching a CUDA graph"); }

 private:
  cudaStream_t stream_;
  CudaGraphExec exec_;
};

class CudaDevice : public Device {
 public:
  explicit CudaDevice(bool tf32) : tf32_(tf32) {
    check_cuda(cudaSetDevice(0), "selecting the GPU");
    check_cuda(cudaStreamCreateWithFlags(stream_.address(), cudaStreamNonBlocking), "making a stream");
    library_ = make_cuda_library(cuda::rooms(), stream_.get(), tf32);
  }

  std::string_view name() const override { return "cuda"; }
  const Rooms& rooms() const override { return cuda::rooms(); }
  Library* library() override { return library_.get(); }
  bool tf32() const override { return tf32_; }
  stream_t stream() const override { return stream_.get(); }
  int threads() const override { return 1; }

  std::string description() const override {
    cudaDeviceProp p{};
    check_cuda(cudaGetDeviceProperties(&p, 0), "reading the GPU's properties");
    int driver = 0, runtime = 0;
    check_cuda(cudaDriverGetVersion(&driver), "reading the driver's version");
    check_cuda(cudaRuntimeGetVersion(&runtime), "reading CUDA's version");
    return fmt::format("{}, compute capability {}.{}, {} SMs, {:.0f} GiB, driver for CUDA {}.{}, CUDA {}.{}, {} {}",
                       p.name, p.major, p.minor, p.multiProcessorCount, double(p.totalGlobalMem) / (1 << 30),
                       driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10, library_->name(),
                       library_->version());
  }

  void upload(void* device, const void* host, std::size_t bytes) override {
    if (bytes) check_cuda(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream_.get()), "uploading");
    synchronize();  // `host` is pageable and may change from here on
  }
  void download(void* host, const void* device, std::size_t bytes) override {
    if (bytes) check_cuda(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream_.get()), "downloading");
    synchronize();
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes)
      check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_.get()), "copying on the GPU");
  }
  void fill_zero(void* device, std::size_t bytes) override {
    if (bytes) check_cuda(cudaMemsetAsync(device, 0, bytes, stream_.get()), "clearing memory");
  }
  void synchronize() override { check_cuda(cudaStreamSynchronize(stream_.get()), "waiting for the GPU"); }

  bool shared_memory_is_plain() const override { return false; }
  void* allocate_shared(std::size_t bytes) override {
    // Pinned and mapped: with unified addressing the same pointer is good on both sides.
    void* memory = nullptr;
    check_cuda(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped), "allocating pinned memory");
    return memory;
  }
  void free_shared(void* memory) noexcept override { cudaFreeHost(memory); }

  std::unique_ptr<Replay> capture(std::function<void()> calls) override {
    return std::make_unique<GraphReplay>(stream_.get(), calls);
  }

 protected:
  void* allocate(std::size_t bytes) override {
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes > 0 ? bytes : 1);
    if (error == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // clears it
      throw Error(fmt::format("out of GPU memory: {:.1f} MiB were asked for", double(bytes) / (1 << 20)));
    }
    check_cuda(error, "allocating GPU memory");
    return memory;
  }
  void free(void* memory) noexcept override { cudaFree(memory); }

 private:
  bool tf32_;
  CudaStream stream_;
  std::unique_ptr<Library> library_;  // before the stream goes
};

}  // namespace
}  // namespace gs

gs::Device* gridstride_open_cuda(bool tf32) {
  return new gs::CudaDevice(tf32);
}
