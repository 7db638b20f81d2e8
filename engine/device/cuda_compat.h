// cuda_compat.h - hides the differences between the runtimes of CUDA 13 and CUDA 12 (12.4 or newer): in CUDA 13 the
// functions with edge data replaced the older forms and took their names.
#pragma once
#include <cuda_runtime.h>

#if CUDART_VERSION < 12040
#error "CUDA 12.4 or newer is needed: it is the first whose graphs have loops"
#endif

namespace gs {

/// cudaGraphAddNode of CUDA 13. `edges` may be null: plain dependencies.
inline cudaError_t add_graph_node(cudaGraphNode_t* node, cudaGraph_t graph, const cudaGraphNode_t* after,
                                  const cudaGraphEdgeData* edges, std::size_t count, cudaGraphNodeParams* params) {
#if CUDART_VERSION >= 13000
  return cudaGraphAddNode(node, graph, after, edges, count, params);
#else
  return cudaGraphAddNode_v2(node, graph, after, edges, count, params);
#endif
}

/// cudaStreamGetCaptureInfo of CUDA 13, without the unused results.
inline cudaError_t stream_capture_info(cudaStream_t stream, cudaStreamCaptureStatus* status,
                                       const cudaGraphNode_t** last, const cudaGraphEdgeData** edges,
                                       std::size_t* count) {
#if CUDART_VERSION >= 13000
  return cudaStreamGetCaptureInfo(stream, status, nullptr, nullptr, last, edges, count);
#else
  return cudaStreamGetCaptureInfo_v3(stream, status, nullptr, nullptr, last, edges, count);
#endif
}

}  // namespace gs
