// streams.cpp - work queues of streams, events, captures, and launches of the simulator's kernels on streams.
#include <algorithm>
#include <set>

#include "engine/simulated_cuda/gpus.h"
#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"

namespace gs::simulated_cuda {
namespace {

std::set<cudaStream_t>& streams() {
  static std::set<cudaStream_t> all;
  return all;
}

/// True if the stream is not of the calling thread's GPU; a kernel launch on it is an error.
bool of_another_gpu(cudaStream_t stream) {
  return stream->gpu != gpu_of_thread();
}

void enqueue_kernel(const simulator::Launch& launch) {
  const auto lock = lock_runtime();
  Work work{cudaGraphNodeTypeKernel, {}, std::string(launch.kernel)};
  const auto [grid, block] = std::pair(launch.geometry.grid, launch.geometry.block);
  work.params.gridDim = {grid.x, grid.y, grid.z};
  work.params.blockDim = {block.x, block.y, block.z};
  work.params.sharedMemBytes = unsigned(launch.geometry.shared_bytes);
  simulator::Launch later = launch;
  later.stream = nullptr;
  work.run = [later, arguments = launch.copy(launch.arguments)]() mutable {
    later.arguments = arguments.get();
    simulator::run_grid(later);
  };
  if (of_another_gpu(launch.stream)) throw Error("kernel launch: its stream belongs to another GPU than its thread");
  if (result(launch.stream->enqueue(std::move(work))) != cudaSuccess)
    throw Error("kernel launch: a simulated stream refuses " + std::string(launch.kernel));
}

/// For calls that are forbidden during a capture: if the stream is captured, invalidates the capture and returns true.
bool forbidden_in_capture(cudaStream_t stream) {
  if (!stream->captured) return false;
  stream->spoilt = true;
  return true;
}

}  // namespace

cudaError_t enqueue_library_call(cudaStream_t stream, const std::string& kernel, void* workspace,
                                 std::size_t workspace_bytes, std::function<void()> compute) {
  const auto lock = lock_runtime();
  if (of_another_gpu(stream)) return result(cudaErrorInvalidResourceHandle);
  static unsigned char calls = 0;
  const std::uint64_t pattern = 0x0101010101010101u * ++calls;
  const std::size_t words = workspace_bytes / sizeof pattern;
  const auto fill = [=] { std::fill_n(static_cast<std::uint64_t*>(workspace), words, pattern); };
  const auto check_and_compute = [=] {
    const auto* const begin = static_cast<const std::uint64_t*>(workspace);
    if (std::any_of(begin, begin + words, [=](std::uint64_t word) { return word != pattern; }))
      throw Error(kernel + ": something else wrote to its workspace");
    compute();
  };
  if (words > 0)
    if (const cudaError_t error = stream->enqueue({cudaGraphNodeTypeKernel, fill, kernel + "_workspace"}))
      return result(error);
  return result(stream->enqueue({cudaGraphNodeTypeKernel, check_and_compute, kernel}));
}

void run_streams_of(int gpu) {
  const std::set<cudaStream_t> all = streams();
  for (const cudaStream_t stream : all)
    if (stream->gpu == gpu) stream->run_all();
}

void run_next_of(int gpu) {
  for (const cudaStream_t stream : streams())
    if (stream->gpu == gpu && !stream->queue.empty()) stream->run_next();
}

}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cudaError_t CUstream_st::enqueue(Work work) {
  if (spoilt) return cudaErrorStreamCaptureInvalidated;
  if (captured)
    last = {captured->add(std::move(work), last)};
  else
    queue.push_back(std::move(work));
  return cudaSuccess;
}

bool CUstream_st::run_next() {
  const Running here(gpu);
  if (!run_work(queue.front())) return false;
  queue.pop_front();
  return true;
}

void CUstream_st::run_all() {
  while (!queue.empty()) {
    {
      const Running here(gpu);
      const OpenMemory open;  // once for the whole queue
      while (!queue.empty() && run_next()) {
      }
    }
    if (!queue.empty()) let_others_run();
  }
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const auto lock = lock_runtime();
  gs::simulator::take_stream_launches(enqueue_kernel);
  streams().insert(*stream = new CUstream_st);
  (*stream)->gpu = gpu_of_thread();
  return result(cudaSuccess);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const auto lock = lock_runtime();
  stream->run_all();
  streams().erase(stream);
  delete stream;
  return result(cudaSuccess);
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const auto lock = lock_runtime();
  if (forbidden_in_capture(stream)) return result(cudaErrorStreamCaptureUnsupported);
  stream->run_all();
  return result(cudaSuccess);
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const auto lock = lock_runtime();
  if (forbidden_in_capture(stream)) return result(cudaErrorStreamCaptureUnsupported);
  if (stream->queue.empty()) return result(cudaSuccess);
  stream->run_next();
  return result(cudaErrorNotReady);
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new CUevent_st;
  (*event)->gpu = gpu_of_thread();
  return result(cudaSuccess);
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const auto lock = lock_runtime();
  if (event->pending) run_streams_of(event->gpu);
  delete event;
  return result(cudaSuccess);
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const auto lock = lock_runtime();
  if (stream->captured) return result(cudaErrorNotSupported);  // in a capture it would be an edge, not a time
  if (event->gpu != stream->gpu) return result(cudaErrorInvalidResourceHandle);
  event->pending = true;
  return result(stream->enqueue({cudaGraphNodeTypeEventRecord, [event] {
                                   event->pending = false;
                                   event->recorded_ms = double(clock_ns()) / 1e6;
                                 }}));
}

cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
  const auto lock = lock_runtime();
  if (start->gpu != end->gpu) return result(cudaErrorInvalidResourceHandle);
  for (const cudaEvent_t event : {start, end}) {
    if (event->pending) return result(cudaErrorNotReady);
    if (event->recorded_ms < 0) return result(cudaErrorInvalidValue);
  }
  *ms = float(end->recorded_ms - start->recorded_ms);
  return result(cudaSuccess);
}

cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph, const cudaGraphNode_t* after,
                                          const cudaGraphEdgeData*, std::size_t count, cudaStreamCaptureMode) {
  const auto lock = lock_runtime();
  if (stream->captured) return result(cudaErrorInvalidValue);
  const std::vector<cudaGraphNode_t> before(after, after + count);
  for (const cudaGraphNode_t node : before)
    if (!graph->has(node)) return result(cudaErrorInvalidValue);
  stream->captured = graph;
  stream->last = before;
  stream->spoilt = false;
  return result(cudaSuccess);
}

#if CUDART_VERSION < 13000  // as in engine/device/cuda_compat.h
#undef cudaStreamGetCaptureInfo
#define cudaStreamGetCaptureInfo cudaStreamGetCaptureInfo_v3
#endif
cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus* status, unsigned long long* id,
                                     cudaGraph_t* graph, const cudaGraphNode_t** after, const cudaGraphEdgeData** edges,
                                     std::size_t* count) {
  const auto lock = lock_runtime();
  *status = !stream->captured ? cudaStreamCaptureStatusNone
            : stream->spoilt  ? cudaStreamCaptureStatusInvalidated
                              : cudaStreamCaptureStatusActive;
  if (id) *id = 1;
  if (graph) *graph = stream->captured;
  if (after) *after = stream->last.data();
  if (edges) *edges = nullptr;  // no edge has data
  if (count) *count = stream->last.size();
  return result(stream->spoilt ? cudaErrorStreamCaptureInvalidated : cudaSuccess);
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const auto lock = lock_runtime();
  if (!stream->captured) return result(cudaErrorInvalidValue);
  const bool spoilt = std::exchange(stream->spoilt, false);
  *graph = spoilt ? nullptr : stream->captured;
  stream->captured = nullptr;
  stream->last.clear();
  return result(spoilt ? cudaErrorStreamCaptureInvalidated : cudaSuccess);
}
