// graphs.cpp - graphs of kernels, copies and WHILE nodes, run in a random order that respects their edges.
#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include "engine/simulated_cuda/runtime.h"
#include "kernels/common/target.h"
#include "kernels/sim/simulator.h"

namespace gs::simulated_cuda {

namespace {
std::uint64_t node_ids = 0, executables = 0;

/// True for the work that CUDA allows in the body of a WHILE node; NCCL's kernels bring events along.
bool fits_a_loop(const Work& work) {
  const cudaGraphNodeType type = work.type;
  if (work.communicator) return false;
  return type == cudaGraphNodeTypeKernel || type == cudaGraphNodeTypeMemcpy || type == cudaGraphNodeTypeMemset ||
         type == cudaGraphNodeTypeConditional || type == cudaGraphNodeTypeEmpty || type == cudaGraphNodeTypeGraph;
}

bool comes_after(const CUgraphNode_st* later, const CUgraphNode_st* earlier) {
  std::vector<const CUgraphNode_st*> open = {later};
  std::set<const CUgraphNode_st*> seen;
  while (!open.empty()) {
    const CUgraphNode_st* const node = open.back();
    open.pop_back();
    if (node == earlier) return true;
    if (seen.insert(node).second) open.insert(open.end(), node->after.begin(), node->after.end());
  }
  return false;
}

/// True if each kernel of a communicator follows the one before it by edges: else ranks could run them in different
/// orders, and wait for each other for ever.
bool orders_communicators(const CUgraph_st& graph) {
  std::map<const void*, const CUgraphNode_st*> last;
  for (const auto& node : graph.nodes) {
    if (!node->work.communicator) continue;
    const CUgraphNode_st*& before = last[node->work.communicator];
    if (before && !comes_after(node.get(), before)) {
      std::fprintf(stderr, "simulated NCCL: no edges of the graph order two kernels of a communicator\n");
      return false;
    }
    before = node.get();
  }
  return true;
}
}  // namespace

class Executable {
 public:
  explicit Executable(const CUgraph_st& graph) : conditions_(graph.conditions) {
    std::vector<const CUgraphNode_st*> order;
    for (const auto& node : graph.nodes) {
      const std::size_t index = order.size();
      for (const cudaGraphNode_t before : node->after)
        nodes_[std::size_t(std::ranges::find(order, before) - order.begin())].then.push_back(index);
      order.push_back(node.get());
      auto clone = std::make_unique<CUgraphNode_st>();
      clone->id = ++node_ids;
      clone->original_id = node->id;
      clone->work = node->work;
      clone->condition = node->condition;
      if (watcher.cloned) watcher.cloned(node.get(), clone.get());
      nodes_.push_back(
          {std::move(clone), node->after.size(), {}, node->body ? std::make_shared<Executable>(*node->body) : nullptr});
    }
  }

  /// A launch under way.
  class Launch {
   public:
    explicit Launch(std::shared_ptr<Executable> graph) : graph_(std::move(graph)) {}

    /// Runs the nodes that wait for nothing. True once all nodes have run.
    bool advance() {
      if (!begun_) begin();
      std::vector<std::size_t> held_up;
      while (!ready_.empty()) {
        std::swap(ready_[graph_->random_() % ready_.size()], ready_.back());
        const std::size_t next = ready_.back();
        ready_.pop_back();
        if (!run(graph_->nodes_[next])) {
          held_up.push_back(next);
          continue;
        }
        for (const std::size_t i : graph_->nodes_[next].then)
          if (--waits_for_[i] == 0) ready_.push_back(i);
      }
      ready_ = std::move(held_up);
      return ready_.empty();
    }

   private:
    void begin() {
      begun_ = true;
      for (const auto& condition : graph_->conditions_)
        if (condition->set_at_launch) condition->value = condition->at_launch;
      for (std::size_t i = 0; i < graph_->nodes_.size(); ++i) {
        waits_for_.push_back(graph_->nodes_[i].waits_for);
        if (waits_for_.back() == 0) ready_.push_back(i);
      }
    }

    std::shared_ptr<Executable> graph_;
    std::vector<std::size_t> waits_for_, ready_;
    bool begun_ = false;
  };

 private:
  struct Node {
    std::unique_ptr<CUgraphNode_st> clone;
    std::size_t waits_for;             ///< number of predecessors
    std::vector<std::size_t> then;     ///< successors
    std::shared_ptr<Executable> body;  ///< null unless it is a loop
  };
  static bool run(Node& node) {
    if (!node.body) return run_work(node.clone->work, node.clone.get());
    while (node.clone->condition->value && !device_failed()) Launch(node.body).advance();
    return true;
  }

  std::vector<Node> nodes_;
  std::vector<std::shared_ptr<Condition>> conditions_;
  std::mt19937_64 random_{simulator::options().seed + ++executables};
};

}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cudaGraphNode_t CUgraph_st::add(Work work, std::vector<cudaGraphNode_t> after) {
  nodes.push_back(std::make_unique<CUgraphNode_st>());
  nodes.back()->work = std::move(work);
  nodes.back()->after = std::move(after);
  nodes.back()->id = ++node_ids;
  if (watcher.created) watcher.created(nodes.back().get());
  return nodes.back().get();
}

bool CUgraph_st::has(cudaGraphNode_t node) const {
  return std::ranges::any_of(nodes, [&](const auto& own) { return own.get() == node; });
}

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned) {
  *graph = new CUgraph_st;
  return result(cudaSuccess);
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return result(cudaSuccess);
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
  if (nodes)
    for (std::size_t i = 0; i < *count; ++i) nodes[i] = i < graph->nodes.size() ? graph->nodes[i].get() : nullptr;
  else
    *count = graph->nodes.size();
  return result(cudaSuccess);
}

cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) {
  *type = node->work.type;
  return result(cudaSuccess);
}

cudaError_t cudaGraphKernelNodeGetParams(cudaGraphNode_t node, cudaKernelNodeParams* params) {
  if (node->work.type != cudaGraphNodeTypeKernel) return result(cudaErrorInvalidValue);
  *params = node->work.params;
  params->func = node;  // cudaFuncGetName() expects a node
  return result(cudaSuccess);
}

cudaError_t cudaFuncGetName(const char** name, const void* function) {
  *name = static_cast<const CUgraphNode_st*>(function)->work.kernel.c_str();
  return result(cudaSuccess);
}

cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle* handle, cudaGraph_t graph, unsigned at_launch,
                                             unsigned flags) {
  const auto condition = std::make_shared<Condition>();
  condition->at_launch = at_launch;
  condition->set_at_launch = (flags & cudaGraphCondAssignDefault) != 0;
  graph->conditions.push_back(condition);
  *handle = reinterpret_cast<gs::loop_t>(&condition->value);
  return result(cudaSuccess);
}

#if CUDART_VERSION < 13000  // as in engine/device/cuda_compat.h
#undef cudaGraphAddNode
#define cudaGraphAddNode cudaGraphAddNode_v2
#endif
cudaError_t cudaGraphAddNode(cudaGraphNode_t* added, cudaGraph_t graph, const cudaGraphNode_t* after,
                             const cudaGraphEdgeData*, std::size_t count, cudaGraphNodeParams* params) {
  const auto lock = lock_runtime();
  if (params->type != cudaGraphNodeTypeConditional || params->conditional.type != cudaGraphCondTypeWhile ||
      params->conditional.size != 1)
    return result(cudaErrorNotSupported);
  const auto condition = std::ranges::find_if(graph->conditions, [&](const auto& own) {
    return reinterpret_cast<gs::loop_t>(&own->value) == params->conditional.handle;
  });
  if (condition == graph->conditions.end()) return result(cudaErrorInvalidValue);
  const cudaGraphNode_t node = graph->add({cudaGraphNodeTypeConditional}, std::vector(after, after + count));
  node->condition = *condition;
  node->body = std::make_unique<CUgraph_st>();
  node->bodies = {node->body.get()};
  params->conditional.phGraph_out = node->bodies.data();
  *added = node;
  return result(cudaSuccess);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  const auto lock = lock_runtime();
  for (const auto& node : graph->nodes)
    for (const cudaGraph_t body : node->bodies)
      for (const auto& inner : body->nodes)
        if (!fits_a_loop(inner->work)) return result(cudaErrorNotSupported);
  if (!orders_communicators(*graph)) return result(cudaErrorInvalidValue);
  *executable = new CUgraphExec_st{std::make_shared<Executable>(*graph)};
  return result(cudaSuccess);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;  // queued launches share ownership of the graph
  return result(cudaSuccess);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t stream) {
  return result(stream->captured ? cudaErrorStreamCaptureUnsupported : cudaSuccess);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  const auto lock = lock_runtime();
  if (stream->captured) return result(cudaErrorNotSupported);
  Work work{cudaGraphNodeTypeGraph};
  work.waits = [launch = std::make_shared<Executable::Launch>(executable->executable)] { return !launch->advance(); };
  return result(stream->enqueue(std::move(work)));
}
