// runtime.h - CUDA's runtime without a GPU: what its handles point to, and the rules of when work is done.
//
// engine/device/cuda_device.cpp is compiled as it is, against CUDA's own headers, and linked with the functions of this
// folder instead of libcudart. They hold it to what CUDA allows:
//   - Enqueued work is done as late as possible: when the host waits for it, or one piece each time it asks whether all
//     is done. A host that forgets to wait reads what is old, and does so every time.
//   - Device memory can be read and written only while work is done. A host that touches it stops with a segmentation
//     fault, as one that touches memory that was freed.
//   - The nodes of a graph run in an order drawn at random among those that fit its edges.
//   - What may not be called while a stream is captured fails, and spoils the capture.
//   - After a kernel has failed every later call fails, whatever stream or thread it is of.
//   - There are two GPUs (gpus.h). What a call makes belongs to that of its thread; a kernel goes only to a stream of
//     it, and reads and writes only its memory.
// GRIDSTRIDE_SIMULATED_FAULT=NAME:N in the environment makes a kernel fail: the N-th that runs in this process of those
// whose names hold NAME, as if it had read from an address that is not the device's.
// Kernels are the simulator's (sim_kernels.cpp) or nvcc's, interpreted (ptx_kernels.cpp). Only what the engine calls exists.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/sim/runtime.h"

namespace gs::simulated_cuda {

/// Something that a device does, with what a graph's node tells of it.
struct Work {
  cudaGraphNodeType type;
  std::function<void()> run;
  std::string kernel;             ///< its name; the rest is of kernels, too
  cudaKernelNodeParams params{};  ///< all but the arguments
};

/// The value that a WHILE node looks at; kernels know its address (loop_t).
struct Condition {
  unsigned value = 0, at_launch = 0;
  bool set_at_launch = false;
};

/// What is told to a tool that watches, by the thread that does it; null where there is none.
struct Watcher {
  void (*created)(cudaGraphNode_t) = nullptr;
  void (*cloned)(cudaGraphNode_t original, cudaGraphNode_t clone) = nullptr;
  void (*done)(const Work&, const CUgraphNode_st* node, std::uint64_t start_ns, std::uint64_t end_ns) = nullptr;
};
extern Watcher watcher;
std::uint64_t clock_ns();

/// A graph that can be launched: a copy of what the graph was when it was instantiated.
class Executable;

/// One lock for all functions: the device does one thing at a time.
std::unique_lock<std::recursive_mutex> lock_runtime();

/// Notes the error for cudaGetLastError() and returns it. After a failed kernel: that error, whatever was asked.
cudaError_t plain_result(cudaError_t);
/// The same of a call that uses the GPU of the calling thread, which another process may hold (gpus.h).
cudaError_t result(cudaError_t);
/// The error of all later calls.
void fail_device(cudaError_t, const std::string& why);
bool device_failed();

/// Does the work with device memory open; an exception becomes the error of the device. `node`: what it is of a graph
/// that was launched, or null.
void run_work(const Work&, const CUgraphNode_st* node = nullptr);
/// Does all that was enqueued on any stream: what freeing memory waits for.
void run_all_streams();

/// A library's call: two kernels, of which the first fills the workspace and the second fails where something else has
/// written there in between, then computes.
cudaError_t enqueue_library_call(cudaStream_t, const std::string& kernel, void* workspace, std::size_t workspace_bytes,
                                 std::function<void()> compute);

}  // namespace gs::simulated_cuda

struct CUstream_st {
  /// Adds the work to the queue, or to the graph that is captured.
  cudaError_t enqueue(gs::simulated_cuda::Work);
  void run_next();
  void run_all();

  int gpu = 0;
  std::deque<gs::simulated_cuda::Work> queue;
  cudaGraph_t captured = nullptr;
  std::vector<cudaGraphNode_t> last;  ///< of the capture: what its next node comes behind
  bool spoilt = false;                ///< the capture
};

struct CUevent_st {
  int gpu = 0;
  bool pending = false;
  double recorded_ms = -1;
};

struct CUgraphNode_st {
  std::uint64_t id = 0;           ///< no other node has it
  std::uint64_t original_id = 0;  ///< of an executable graph's node: that of the graph's
  gs::simulated_cuda::Work work;
  std::vector<cudaGraphNode_t> after;
  // of a WHILE node
  std::shared_ptr<gs::simulated_cuda::Condition> condition;
  std::unique_ptr<CUgraph_st> body;
  std::vector<cudaGraph_t> bodies;  ///< the address of body, as CUDA hands it out
};

struct CUgraph_st {
  cudaGraphNode_t add(gs::simulated_cuda::Work, std::vector<cudaGraphNode_t> after);
  bool has(cudaGraphNode_t) const;

  std::vector<std::unique_ptr<CUgraphNode_st>> nodes;
  std::vector<std::shared_ptr<gs::simulated_cuda::Condition>> conditions;
};

struct CUgraphExec_st {
  std::shared_ptr<gs::simulated_cuda::Executable> executable;
};
