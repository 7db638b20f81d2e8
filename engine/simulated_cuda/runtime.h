// runtime.h - CUDA's runtime without a GPU: the objects behind its handles, and the rules for running work.
//
// engine/device/cuda_device.cpp is compiled unmodified against CUDA's headers and linked with the functions of this
// folder instead of libcudart. They enforce CUDA's rules:
//   - Enqueued work runs as late as possible: when the host waits for it, or one item at each query of the stream. A
//     host that forgets to wait reads old data every time.
//   - Device memory is accessible only while work runs. A host that touches it, or memory that was freed, stops with a
//     segmentation fault.
//   - The nodes of a graph run in a random order that respects its edges.
//   - Calls that CUDA forbids during a capture fail and invalidate the capture.
//   - After a kernel has failed, all later calls fail, on every stream and thread.
//   - Work that waits for another GPU (engine/library/simulated_nccl.cpp) holds up its stream, or the branch of its
//     graph.
//   - The machine has several GPUs (gpu_count in gpus.h). A call creates objects on its thread's GPU. A kernel needs a
//     stream of that GPU, and accesses only its memory.
// The environment variable GRIDSTRIDE_SIMULATED_FAULT=NAME:N makes the N-th run of the kernels whose names contain NAME
// fail, as by an illegal address.
// Kernels are the simulator's (sim_kernels.cpp) or nvcc's, interpreted (ptx_kernels.cpp). Only the functions that the
// engine calls exist.
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

/// An item of work of a device, with the attributes of its graph node.
struct Work {
  cudaGraphNodeType type;
  std::function<void()> run;
  std::string kernel = {};        ///< kernels only: the name
  cudaKernelNodeParams params{};  ///< kernels only: all but the arguments
  /// True while `run` must wait for another GPU; asked again and again, with device memory accessible. Null: never.
  std::function<bool()> waits = nullptr;
  const void* communicator = nullptr;  ///< a kernel of NCCL: the communicator that it belongs to
};

/// The condition of a WHILE node; kernels receive its address (loop_t).
struct Condition {
  unsigned value = 0, at_launch = 0;
  bool set_at_launch = false;
};

/// Callbacks for a profiling tool, made by the thread that acts; null without a tool.
struct Watcher {
  void (*created)(cudaGraphNode_t) = nullptr;
  void (*cloned)(cudaGraphNode_t original, cudaGraphNode_t clone) = nullptr;
  void (*done)(const Work&, const CUgraphNode_st* node, std::uint64_t start_ns, std::uint64_t end_ns) = nullptr;
};
extern Watcher watcher;
std::uint64_t clock_ns();

/// A graph that can be launched: a copy of the graph at its instantiation.
class Executable;

/// One lock for all functions: the device does one thing at a time.
std::unique_lock<std::recursive_mutex> lock_runtime();

/// Records the error for cudaGetLastError() and returns it. After a failed kernel both are that kernel's error.
cudaError_t plain_result(cudaError_t);
/// plain_result() of a call that uses the calling thread's GPU; an error if another process holds that GPU (gpus.h).
cudaError_t result(cudaError_t);
/// Sets the error of all later calls, unless one is set.
void fail_device(cudaError_t, const std::string& why);
bool device_failed();

/// Runs the work with device memory accessible; an exception becomes the device's error. `node`: its node in a launched
/// graph, or null. False if the work waits still.
bool run_work(const Work&, const CUgraphNode_st* node = nullptr);
/// Runs all work enqueued on the streams of a GPU, as freeing memory waits for it.
void run_streams_of(int gpu);
/// Runs the next work of each of them, as far as it does not wait.
void run_next_of(int gpu);
/// Leaves lock_runtime() to other threads for a moment: their work may be what this thread's waits for.
void let_others_run();

/// A library call as two kernels: the first fills the workspace with a pattern; the second fails if something else has
/// written to the workspace in between, then computes.
cudaError_t enqueue_library_call(cudaStream_t, const std::string& kernel, void* workspace, std::size_t workspace_bytes,
                                 std::function<void()> compute);

}  // namespace gs::simulated_cuda

struct CUstream_st {
  /// Adds the work to the queue, or to the graph being captured.
  cudaError_t enqueue(gs::simulated_cuda::Work);
  bool run_next();  ///< false if the next work waits still
  void run_all();

  int gpu = 0;
  std::deque<gs::simulated_cuda::Work> queue;
  cudaGraph_t captured = nullptr;
  std::vector<cudaGraphNode_t> last;  ///< predecessors of the capture's next node
  bool spoilt = false;                ///< the capture is invalidated
};

struct CUevent_st {
  int gpu = 0;
  bool pending = false;
  double recorded_ms = -1;
};

struct CUgraphNode_st {
  std::uint64_t id = 0;           ///< unique
  std::uint64_t original_id = 0;  ///< in an executable graph: id of the node it was cloned from
  gs::simulated_cuda::Work work;
  std::vector<cudaGraphNode_t> after;
  // WHILE nodes only
  std::shared_ptr<gs::simulated_cuda::Condition> condition;
  std::unique_ptr<CUgraph_st> body;
  std::vector<cudaGraph_t> bodies;  ///< the address of `body`, in the form that CUDA returns
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
