// cuda_device.cpp - the first GPU as a device: one stream, memory by cudaMalloc, replays as CUDA graphs. It lies in a
// module of its own (cuda_module.h), which is loaded only when a GPU is used.
#if __has_include(<nvtx3/nvToolsExt.h>)  // a toolkit may be installed without it; ranges are then not named
#include <nvtx3/nvToolsExt.h>
#define GS_NVTX
#endif

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "engine/device/cuda_check.h"
#include "engine/device/cuda_module.h"
#include "engine/device/cuda_tracing.h"
#include "engine/device/device.h"
#include "engine/library/cuda_library.h"

namespace gs {
namespace {

/// Captured calls: one launch runs them all. Each call is captured by itself into the same graph, behind the nodes of
/// the calls that it needs; what is not connected runs in parallel. So one stream serves, and no library has to change
/// its own.
class GraphReplay : public Replay {
 public:
  /// `tracer`, if there is one, is told which call it is that makes nodes.
  GraphReplay(cudaStream_t stream, const std::vector<GraphCall>& calls, KernelTracer* tracer) : stream_(stream) {
    check_cuda(cudaGraphCreate(graph_.address(), 0), "making a CUDA graph");
    capture_all(graph_.get(), calls, tracer);
    instantiate();
  }
  /// The calls as the body of a WHILE node, whose condition `last` sets when all of them have ended.
  GraphReplay(cudaStream_t stream, std::vector<GraphCall> calls, const std::function<void(loop_t)>& last)
      : stream_(stream) {
    check_cuda(cudaGraphCreate(graph_.address(), 0), "making a CUDA graph");
    cudaGraphConditionalHandle loop{};
    constexpr unsigned enter = 1;  // set anew at each launch
    check_cuda(cudaGraphConditionalHandleCreate(&loop, graph_.get(), enter, cudaGraphCondAssignDefault),
               "making the condition of a loop");
    cudaGraphNodeParams node{};
    node.type = cudaGraphNodeTypeConditional;
    node.conditional.handle = loop;
    node.conditional.type = cudaGraphCondTypeWhile;
    node.conditional.size = 1;
    cudaGraphNode_t added{};
    check_cuda(cudaGraphAddNode(&added, graph_.get(), nullptr, nullptr, 0, &node), "adding a loop to a CUDA graph");
    std::vector<int> all(calls.size());
    std::iota(all.begin(), all.end(), 0);
    calls.push_back({[&] { last(loop); }, all});
    capture_all(node.conditional.phGraph_out[0], calls, nullptr);
    instantiate();
  }
  /// The kernels of the graph, in the order in which CUDA lists them.
  std::vector<KernelLaunch> kernels() const {
    std::size_t count = 0;
    check_cuda(cudaGraphGetNodes(graph_.get(), nullptr, &count), "counting the nodes of a CUDA graph");
    std::vector<cudaGraphNode_t> nodes(count);
    check_cuda(cudaGraphGetNodes(graph_.get(), nodes.data(), &count), "listing the nodes of a CUDA graph");
    std::vector<KernelLaunch> launches;
    for (const cudaGraphNode_t node : nodes) {
      cudaGraphNodeType type{};
      check_cuda(cudaGraphNodeGetType(node, &type), "asking for the kind of a graph's node");
      if (type != cudaGraphNodeTypeKernel) continue;
      cudaKernelNodeParams p{};
      // A library's kernel may be known to the driver only: it is counted all the same.
      if (cudaGraphKernelNodeGetParams(node, &p) != cudaSuccess) {
        cudaGetLastError();
        launches.push_back({});
        continue;
      }
      const char* name = nullptr;
      if (cudaFuncGetName(&name, p.func) != cudaSuccess) cudaGetLastError();
      launches.push_back({name ? name : "",
                          {p.gridDim.x, p.gridDim.y, p.gridDim.z},
                          {p.blockDim.x, p.blockDim.y, p.blockDim.z},
                          p.sharedMemBytes});
    }
    return launches;
  }
  void run() override { check_cuda(cudaGraphLaunch(exec_.get(), stream_), "launching a CUDA graph"); }

 private:
  void capture_all(cudaGraph_t into, const std::vector<GraphCall>& calls, KernelTracer* tracer) {
    struct NoCall {
      KernelTracer* tracer;
      ~NoCall() {
        if (tracer) tracer->capturing(-1);
      }
    } no_call{tracer};
    std::vector<std::vector<cudaGraphNode_t>> ends;  // of each call: its last nodes
    for (const GraphCall& c : calls) {
      if (tracer) tracer->capturing(int(ends.size()));
      std::vector<cudaGraphNode_t> before;
      for (const int j : c.after) before.insert(before.end(), ends[std::size_t(j)].begin(), ends[std::size_t(j)].end());
      std::sort(before.begin(), before.end());
      before.erase(std::unique(before.begin(), before.end()), before.end());
      ends.push_back(capture(into, c, before));
    }
  }
  void instantiate() {
    check_cuda(cudaGraphInstantiate(exec_.address(), graph_.get(), 0), "instantiating a CUDA graph");
    check_cuda(cudaGraphUpload(exec_.get(), stream_), "uploading a CUDA graph");
  }
  /// Adds the nodes of one call and returns the last of them; those before it, if it has none.
  std::vector<cudaGraphNode_t> capture(cudaGraph_t into, const GraphCall& c,
                                       const std::vector<cudaGraphNode_t>& before) {
    // Relaxed: a kernel's first launch loads its module, which the stricter modes forbid; no call here waits for the
    // GPU.
    check_cuda(cudaStreamBeginCaptureToGraph(stream_, into, before.data(), nullptr, before.size(),
                                             cudaStreamCaptureModeRelaxed),
               "beginning a capture");
    cudaGraph_t graph = nullptr;
    try {
      c.call();
      cudaStreamCaptureStatus status{};
      const cudaGraphNode_t* last = nullptr;
      const cudaGraphEdgeData* edges = nullptr;
      std::size_t count = 0;
      check_cuda(cudaStreamGetCaptureInfo(stream_, &status, nullptr, nullptr, &last, &edges, &count),
                 "asking for the end of a capture");
      std::vector<cudaGraphNode_t> ends(last, last + count);
      check_cuda(cudaStreamEndCapture(stream_, &graph), "ending a capture");
      return ends;
    } catch (...) {
      // A capture must be ended, also when it failed. CUDA does not say whether a graph is gone with a capture that was
      // spoilt; to destroy it twice would be worse than to lose it.
      if (cudaStreamEndCapture(stream_, &graph) != cudaSuccess) graph_.release();
      cudaGetLastError();
      throw;
    }
  }

  cudaStream_t stream_;
  CudaGraph graph_;
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
  bool idle() override {
    const cudaError_t error = cudaStreamQuery(stream_.get());
    if (error != cudaErrorNotReady) check_cuda(error, "running on the GPU");
    return error == cudaSuccess;
  }
  void synchronize() override { check_cuda(cudaStreamSynchronize(stream_.get()), "waiting for the GPU"); }

  std::optional<std::size_t> free_bytes() override {
    std::size_t free = 0, total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "asking for the GPU's free memory");
    return free;
  }

  bool shared_memory_is_plain() const override { return false; }
  void* allocate_shared(std::size_t bytes) override {
    // Pinned and mapped: with unified addressing the same pointer is good on both sides.
    void* memory = nullptr;
    check_cuda(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped), "allocating pinned memory");
    return memory;
  }
  void free_shared(void* memory) noexcept override { cudaFreeHost(memory); }

  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) override {
    return std::make_unique<GraphReplay>(stream_.get(), calls, tracer_.lock().get());
  }
  std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) override {
    return std::make_unique<GraphReplay>(stream_.get(), std::move(calls), last);
  }
  /// A launch costs the host a few microseconds, a small network's step the GPU some tens.
  int most_steps_per_replay() const override { return 32; }
  std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& calls) override {
    return GraphReplay(stream_.get(), {{calls, {}}}, nullptr).kernels();
  }

  /// By events, each call by itself: where the GPU is done before the host has launched the next, the host's time
  /// counts to that call.
  TimedCalls timed(const std::vector<std::function<void()>>& calls) override {
    const auto event = [&](std::size_t i) {
      while (events_.size() <= i) check_cuda(cudaEventCreate(events_.emplace_back().address()), "making an event");
      return events_[i].get();
    };
    const auto record = [&](std::size_t i) { check_cuda(cudaEventRecord(event(i), stream_.get()), "timing a call"); };
    event(2 * calls.size());
    synchronize();
    const auto begin = std::chrono::steady_clock::now();
    record(0);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      record(2 * i + 1);
      calls[i]();
      record(2 * i + 2);
    }
    synchronize();
    TimedCalls result;
    result.wall_us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
    const auto microseconds = [&](std::size_t i) {
      float ms = 0;
      check_cuda(cudaEventElapsedTime(&ms, events_[0].get(), events_[i].get()), "reading the time of a call");
      return 1e3 * double(ms);
    };
    for (std::size_t i = 0; i < calls.size(); ++i)
      result.calls.push_back({microseconds(2 * i + 1), microseconds(2 * i + 2), {}});
    return result;
  }

  std::shared_ptr<KernelTracer> trace_kernels(std::string& why_not) override {
    cudaDeviceProp p{};
    check_cuda(cudaGetDeviceProperties(&p, 0), "reading the GPU's properties");
    const auto tracer = open_cupti({.major = p.major,
                                    .minor = p.minor,
                                    .threads_per_block = p.maxThreadsPerBlock,
                                    .threads = p.maxThreadsPerMultiProcessor,
                                    .registers_per_block = p.regsPerBlock,
                                    .registers = p.regsPerMultiprocessor,
                                    .shared_bytes_per_block = p.sharedMemPerBlock,
                                    .shared_bytes_per_block_most = p.sharedMemPerBlockOptin,
                                    .shared_bytes = p.sharedMemPerMultiprocessor,
                                    .shared_bytes_reserved = p.reservedSharedMemPerBlock,
                                    .sms = p.multiProcessorCount},
                                   why_not);
    tracer_ = tracer;
    return tracer;
  }
#ifdef GS_NVTX
  void begin_range(const std::string& name) override {
    nvtxRangePushA(name.c_str());
  }
  void end_range() override {
    nvtxRangePop();
  }
#endif

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
  void free(void* memory) noexcept override {
    cudaFree(memory);
  }

 private:
  bool tf32_;
  CudaStream stream_;
  std::vector<CudaEvent> events_;
  std::weak_ptr<KernelTracer> tracer_;
  std::unique_ptr<Library> library_;  // before the stream goes
};

}  // namespace
}  // namespace gs

gs::Device* gridstride_open_cuda(bool tf32) {
  return new gs::CudaDevice(tf32);
}
