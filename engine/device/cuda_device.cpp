// cuda_device.cpp - a GPU as a device: one stream, memory by cudaMalloc, replays as CUDA graphs. It is part of a
// separate module (cuda_module.h) that is loaded only if a GPU is used.
//
// CUDA calls without a stream, event or pointer of a GPU go to the calling thread's current GPU, by default the first.
// So every function here selects its GPU: threads may share a device, and a thread may use several.
#if __has_include(<nvtx3/nvToolsExt.h>)  // optional part of the toolkit; without it there are no named ranges
#include <nvtx3/nvToolsExt.h>
#define GS_NVTX
#endif

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "engine/device/cuda_check.h"
#include "engine/device/cuda_compat.h"
#include "engine/device/cuda_module.h"
#include "engine/device/cuda_tracing.h"
#include "engine/device/device.h"
#include "engine/library/cuda_library.h"

namespace gs {
namespace {

/// Selects a GPU for the calling thread. The cost is negligible if it is selected already.
class Gpu {
 public:
  explicit Gpu(int number) : number_(number) {}
  int number() const { return number_; }
  void use() const { check_cuda(cudaSetDevice(number_), "selecting the GPU"); }
  /// For destructors: ignores errors, which later calls will report.
  void use_to_free() const noexcept { cudaSetDevice(number_); }

 private:
  int number_;
};

/// Captured calls that one launch runs. Each call is captured separately into one graph, after the nodes of the calls
/// it depends on, so independent calls run in parallel. One stream is enough, and no library has to switch streams.
class GraphReplay : public Replay {
 public:
  /// `tracer` may be null; it is told which call creates the next nodes.
  GraphReplay(Gpu gpu, cudaStream_t stream, const std::vector<GraphCall>& calls, KernelTracer* tracer)
      : gpu_(gpu), stream_(stream) {
    check_cuda(cudaGraphCreate(graph_.address(), 0), "making a CUDA graph");
    capture_all(graph_.get(), calls, tracer);
    instantiate();
  }
  /// The calls as the body of a WHILE node. `last` runs after all of them and sets the loop condition.
  GraphReplay(Gpu gpu, cudaStream_t stream, std::vector<GraphCall> calls, const std::function<void(loop_t)>& last)
      : gpu_(gpu), stream_(stream) {
    check_cuda(cudaGraphCreate(graph_.address(), 0), "making a CUDA graph");
    cudaGraphConditionalHandle loop{};
    constexpr unsigned enter = 1;  // reset at each launch
    check_cuda(cudaGraphConditionalHandleCreate(&loop, graph_.get(), enter, cudaGraphCondAssignDefault),
               "making the condition of a loop");
    cudaGraphNodeParams node{};
    node.type = cudaGraphNodeTypeConditional;
    node.conditional.handle = loop;
    node.conditional.type = cudaGraphCondTypeWhile;
    node.conditional.size = 1;
    cudaGraphNode_t added{};
    check_cuda(add_graph_node(&added, graph_.get(), nullptr, nullptr, 0, &node), "adding a loop to a CUDA graph");
    std::vector<int> all(calls.size());
    std::iota(all.begin(), all.end(), 0);
    calls.push_back({[&] { last(loop); }, all});
    capture_all(node.conditional.phGraph_out[0], calls, nullptr);
    instantiate();
  }
  ~GraphReplay() override { gpu_.use_to_free(); }

  /// The kernels of the graph, in the order in which CUDA lists them.
  std::vector<KernelLaunch> kernels() const {
    std::size_t count = 0;
    check_cuda(cudaGraphGetNodes(graph_.get(), nullptr, &count), "counting the nodes of a CUDA graph");
    std::vector<cudaGraphNode_t> nodes(count);
    check_cuda(cudaGraphGetNodes(graph_.get(), nodes.data(), &count), "listing the nodes of a CUDA graph");
    std::vector<KernelLaunch> launches;
    for (const cudaGraphNode_t node : nodes) {
      cudaGraphNodeType type{};
      check_cuda(cudaGraphNodeGetType(node, &type), "reading the type of a graph node");
      if (type != cudaGraphNodeTypeKernel) continue;
      cudaKernelNodeParams p{};
      // Some library kernels are known only to the driver: they are listed without a name.
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
  void run() override {
    gpu_.use();
    check_cuda(cudaGraphLaunch(exec_.get(), stream_), "launching a CUDA graph");
  }

 private:
  void capture_all(cudaGraph_t into, const std::vector<GraphCall>& calls, KernelTracer* tracer) {
    struct NoCall {
      KernelTracer* tracer;
      ~NoCall() {
        if (tracer) tracer->capturing(-1);
      }
    } no_call{tracer};
    std::vector<std::vector<cudaGraphNode_t>> ends;  // last nodes of each call
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
  /// Captures one call. Returns its last nodes, or `before` if it adds none.
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
      check_cuda(stream_capture_info(stream_, &status, &last, &edges, &count), "reading the last nodes of a capture");
      std::vector<cudaGraphNode_t> ends(last, last + count);
      check_cuda(cudaStreamEndCapture(stream_, &graph), "ending a capture");
      return ends;
    } catch (...) {
      // A failed capture must be ended, too. CUDA does not document whether an invalidated capture destroys its graph;
      // leaking the graph is safer than destroying it twice.
      if (cudaStreamEndCapture(stream_, &graph) != cudaSuccess) graph_.release();
      cudaGetLastError();
      throw;
    }
  }

  Gpu gpu_;
  cudaStream_t stream_;
  CudaGraph graph_;
  CudaGraphExec exec_;
};

class CudaDevice : public Device {
 public:
  CudaDevice(int gpu, bool tf32) : gpu_(gpu), tf32_(tf32) {
    gpu_.use();
    check_cuda(cudaStreamCreateWithFlags(stream_.address(), cudaStreamNonBlocking), "making a stream");
    library_ = make_cuda_library(cuda::registry(), stream_.get(), tf32);
  }
  ~CudaDevice() override { gpu_.use_to_free(); }

  std::string_view name() const override { return "cuda"; }
  const Registry& registry() const override { return cuda::registry(); }
  Library* library() override {
    gpu_.use();
    return library_.get();
  }
  bool tf32() const override { return tf32_; }
  stream_t stream() const override {
    gpu_.use();
    return stream_.get();
  }
  int threads() const override { return 1; }

  std::string description() const override {
    cudaDeviceProp p{};
    check_cuda(cudaGetDeviceProperties(&p, gpu_.number()), "reading the GPU's properties");
    int driver = 0, runtime = 0;
    check_cuda(cudaDriverGetVersion(&driver), "reading the driver's version");
    check_cuda(cudaRuntimeGetVersion(&runtime), "reading CUDA's version");
    return fmt::format("{}, compute capability {}.{}, {} SMs, {:.0f} GiB, driver for CUDA {}.{}, CUDA {}.{}, {} {}",
                       p.name, p.major, p.minor, p.multiProcessorCount, double(p.totalGlobalMem) / (1 << 30),
                       driver / 1000, driver % 1000 / 10, runtime / 1000, runtime % 1000 / 10, library_->name(),
                       library_->version());
  }

  void upload(void* device, const void* host, std::size_t bytes) override {
    if (look_) synchronize();  // CUDA may wait in a copy of pageable memory, without a look
    if (bytes) check_cuda(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream()), "uploading");
    synchronize();  // `host` is pageable and may change from here on
  }
  void download(void* host, const void* device, std::size_t bytes) override {
    if (look_) synchronize();  // likewise
    if (bytes) check_cuda(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream()), "downloading");
    synchronize();
  }
  void copy(void* to, const void* from, std::size_t bytes) override {
    if (bytes) check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream()), "copying on the GPU");
  }
  void fill_zero(void* device, std::size_t bytes) override {
    if (bytes) check_cuda(cudaMemsetAsync(device, 0, bytes, stream()), "clearing memory");
  }
  bool idle() override {
    const cudaError_t error = cudaStreamQuery(stream());
    if (error != cudaErrorNotReady) check_cuda(error, "running on the GPU");
    if (error != cudaSuccess) look();
    return error == cudaSuccess;
  }
  void synchronize() override {
    while (look_ && !idle()) std::this_thread::sleep_for(std::chrono::microseconds(20));
    check_cuda(cudaStreamSynchronize(stream()), "waiting for the GPU");
  }
  void watch(std::function<void()> look) override { look_ = std::move(look); }

  std::optional<std::size_t> free_bytes() override {
    gpu_.use();
    std::size_t free = 0, total = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "reading the GPU's free memory");
    return free;
  }

  bool shared_memory_is_plain() const override { return false; }
  void* allocate_shared(std::size_t bytes) override {
    gpu_.use();
    // Pinned and mapped: with unified addressing the pointer is valid on host and device.
    void* memory = nullptr;
    check_cuda(cudaHostAlloc(&memory, bytes, cudaHostAllocMapped), "allocating pinned memory");
    return memory;
  }
  void free_shared(void* memory) noexcept override {
    gpu_.use_to_free();
    cudaFreeHost(memory);
  }

  using Device::capture;
  std::unique_ptr<Replay> capture(std::vector<GraphCall> calls) override {
    return std::make_unique<GraphReplay>(gpu_, stream(), calls, tracer_.lock().get());
  }
  std::unique_ptr<Replay> capture_loop(std::vector<GraphCall> calls, std::function<void(loop_t)> last) override {
    return std::make_unique<GraphReplay>(gpu_, stream(), std::move(calls), last);
  }
  /// A launch costs the host a few microseconds; a step of a small network takes the GPU some tens.
  int most_steps_per_replay() const override { return 32; }
  std::optional<std::vector<KernelLaunch>> launches(const std::function<void()>& calls) override {
    return GraphReplay(gpu_, stream(), {{calls, {}}}, nullptr).kernels();
  }

  /// By events around each call. If the GPU waits for the host, the time to launch a call counts towards that call.
  TimedCalls timed(const std::vector<std::function<void()>>& calls) override {
    const auto event = [&](std::size_t i) {
      while (events_.size() <= i) check_cuda(cudaEventCreate(events_.emplace_back().address()), "making an event");
      return events_[i].get();
    };
    const auto record = [&](std::size_t i) { check_cuda(cudaEventRecord(event(i), stream()), "timing a call"); };
    gpu_.use();
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
    check_cuda(cudaGetDeviceProperties(&p, gpu_.number()), "reading the GPU's properties");
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
    gpu_.use();
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes > 0 ? bytes : 1);
    if (error == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // clears the error
      throw Error(fmt::format("out of GPU memory: {:.1f} MiB requested", double(bytes) / (1 << 20)));
    }
    check_cuda(error, "allocating GPU memory");
    return memory;
  }
  void free(void* memory) noexcept override {
    gpu_.use_to_free();
    cudaFree(memory);
  }

 private:
  void look() {
    if (!look_) return;
    try {
      look_();
    } catch (...) {
      look_ = nullptr;
      throw;
    }
  }

  Gpu gpu_;
  bool tf32_;
  std::function<void()> look_;  ///< null: no watch
  CudaStream stream_;
  std::vector<CudaEvent> events_;
  std::weak_ptr<KernelTracer> tracer_;
  std::unique_ptr<Library> library_;  // destroyed before the stream
};

}  // namespace
}  // namespace gs

namespace {
std::mutex opened_mutex;
std::set<int> opened;  // GPUs that this process has opened
}  // namespace

gs::Device* gridstride_open_cuda(int gpu, bool tf32) {
  auto device = std::make_unique<gs::CudaDevice>(gpu, tf32);
  const std::lock_guard lock(opened_mutex);
#ifdef GS_NVTX
  nvtxInitialize(nullptr);  // else the first range does it, while another thread may begin one: a race inside NVTX
#endif
  opened.insert(gpu);  // only a GPU that has worked can be lost
  return device.release();
}

bool gridstride_cuda_lost() {
  const std::lock_guard lock(opened_mutex);
  return std::any_of(opened.begin(), opened.end(), [](int gpu) {
    std::size_t free = 0, total = 0;
    const bool works = cudaSetDevice(gpu) == cudaSuccess && cudaMemGetInfo(&free, &total) == cudaSuccess;
    cudaGetLastError();
    return !works;
  });
}
