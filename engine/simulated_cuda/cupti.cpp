// cupti.cpp - CUPTI's activity records of the simulated runtime's work, and its callbacks for graph nodes.
#include "engine/simulated_cuda/cupti.h"

#include <cstring>
#include <set>
#include <utility>

#include "engine/profile/cupti_compat.h"
#include "engine/simulated_cuda/runtime.h"

struct CUpti_Subscriber_st {
  CUpti_CallbackFunc callback;
  void* user;
  std::set<CUpti_CallbackId> enabled;
};

namespace gs::simulated_cuda {

bool records_carry_clones = true;
std::size_t lost_records = 0;

namespace {

CUpti_SubscriberHandle subscriber = nullptr;
std::set<CUpti_ActivityKind> recorded;
CUpti_BuffersCallbackRequestFunc request_buffer = nullptr;
CUpti_BuffersCallbackCompleteFunc complete_buffer = nullptr;

std::uint8_t* buffer = nullptr;
std::size_t buffer_bytes = 0, valid_bytes = 0;

void tell(CUpti_CallbackId id, cudaGraphNode_t original, cudaGraphNode_t node) {
  if (!subscriber || !subscriber->enabled.contains(id)) return;
  CUpti_GraphData graph{};
  graph.node = node;
  graph.originalNode = original;
  CUpti_ResourceData resource{};
  resource.resourceDescriptor = &graph;
  subscriber->callback(subscriber->user, CUPTI_CB_DOMAIN_RESOURCE, id, &resource);
}
void tell_created(cudaGraphNode_t node) {
  tell(CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, nullptr, node);
}
void tell_cloned(cudaGraphNode_t original, cudaGraphNode_t clone) {
  tell(CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED, original, clone);
}

void hand_over() {
  if (buffer) complete_buffer(nullptr, 0, buffer, buffer_bytes, valid_bytes);
  buffer = nullptr;
}

template <class Record>
void append(const Record& record) {
  if (!recorded.contains(record.kind)) return;
  if (buffer && valid_bytes + sizeof record > buffer_bytes) hand_over();
  if (!buffer) {
    std::size_t most_records = 0;
    request_buffer(&buffer, &buffer_bytes, &most_records);
    valid_bytes = 0;
  }
  std::memcpy(buffer + valid_bytes, &record, sizeof record);
  valid_bytes += sizeof record;
}

/// A record with the fields that all kinds share.
template <class Record>
Record begun(CUpti_ActivityKind kind, const CUgraphNode_st* node, std::uint64_t start, std::uint64_t end) {
  Record record{};
  record.kind = kind;
  record.start = start;
  record.end = end;
  if (node) record.graphNodeId = records_carry_clones ? node->id : node->original_id;
  return record;
}

void record(const Work& work, const CUgraphNode_st* node, std::uint64_t start, std::uint64_t end) {
  if (work.type == cudaGraphNodeTypeKernel) {
    static std::set<std::string> names;  // records keep pointers to them
    auto kernel = begun<CuptiKernel>(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, node, start, end);
    kernel.name = names.insert(work.kernel).first->c_str();
    const cudaKernelNodeParams& p = work.params;
    kernel.gridX = std::int32_t(p.gridDim.x);
    kernel.gridY = std::int32_t(p.gridDim.y);
    kernel.gridZ = std::int32_t(p.gridDim.z);
    kernel.blockX = std::int32_t(std::max(1u, p.blockDim.x));
    kernel.blockY = std::int32_t(std::max(1u, p.blockDim.y));
    kernel.blockZ = std::int32_t(std::max(1u, p.blockDim.z));
    kernel.dynamicSharedMemory = std::int32_t(p.sharedMemBytes);
    kernel.registersPerThread = 32;
    append(kernel);
  } else if (work.type == cudaGraphNodeTypeMemcpy) {
    append(begun<CuptiCopy>(CUPTI_ACTIVITY_KIND_MEMCPY, node, start, end));
  } else if (work.type == cudaGraphNodeTypeMemset) {
    append(begun<CuptiFill>(CUPTI_ACTIVITY_KIND_MEMSET, node, start, end));
  }
}

std::size_t size_of(CUpti_ActivityKind kind) {
  return kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL ? sizeof(CuptiKernel)
         : kind == CUPTI_ACTIVITY_KIND_MEMCPY          ? sizeof(CuptiCopy)
                                                       : sizeof(CuptiFill);
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

CUptiResult cuptiSubscribe(CUpti_SubscriberHandle* made, CUpti_CallbackFunc callback, void* user) {
  const auto lock = lock_runtime();
  if (subscriber) return CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED;
  *made = subscriber = new CUpti_Subscriber_st{callback, user, {}};
  watcher = {tell_created, tell_cloned, record};
  return CUPTI_SUCCESS;
}
CUptiResult cuptiUnsubscribe(CUpti_SubscriberHandle ended) {
  const auto lock = lock_runtime();
  if (ended != subscriber) return CUPTI_ERROR_INVALID_PARAMETER;
  delete std::exchange(subscriber, nullptr);
  watcher = {};
  return CUPTI_SUCCESS;
}
CUptiResult cuptiEnableCallback(std::uint32_t enable, CUpti_SubscriberHandle of, CUpti_CallbackDomain domain,
                                CUpti_CallbackId id) {
  if (of != subscriber || domain != CUPTI_CB_DOMAIN_RESOURCE) return CUPTI_ERROR_INVALID_PARAMETER;
  if (enable)
    subscriber->enabled.insert(id);
  else
    subscriber->enabled.erase(id);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityRegisterCallbacks(CUpti_BuffersCallbackRequestFunc request,
                                           CUpti_BuffersCallbackCompleteFunc complete) {
  request_buffer = request;
  complete_buffer = complete;
  return CUPTI_SUCCESS;
}
CUptiResult cuptiActivityEnable(CUpti_ActivityKind kind) {
  const auto lock = lock_runtime();
  recorded.insert(kind);
  return CUPTI_SUCCESS;
}
CUptiResult cuptiActivityDisable(CUpti_ActivityKind kind) {
  const auto lock = lock_runtime();
  recorded.erase(kind);
  return CUPTI_SUCCESS;
}
CUptiResult cuptiActivityFlushAll(std::uint32_t) {
  const auto lock = lock_runtime();
  hand_over();
  return CUPTI_SUCCESS;
}
CUptiResult cuptiActivityGetNextRecord(std::uint8_t* from, std::size_t valid, CUpti_Activity** record) {
  std::uint8_t* const at = *record ? reinterpret_cast<std::uint8_t*>(*record) + size_of((*record)->kind) : from;
  if (at >= from + valid) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  *record = reinterpret_cast<CUpti_Activity*>(at);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiActivityGetNumDroppedRecords(CUcontext, std::uint32_t, std::size_t* lost) {
  *lost = std::exchange(lost_records, 0);
  return CUPTI_SUCCESS;
}

CUptiResult cuptiGetGraphNodeId(CUgraphNode node, std::uint64_t* id) {
  *id = node->id;
  return CUPTI_SUCCESS;
}
CUptiResult cuptiGetTimestamp(std::uint64_t* ns) {
  *ns = clock_ns();
  return CUPTI_SUCCESS;
}
CUptiResult cuptiGetResultString(CUptiResult, const char** text) {
  *text = "an error of the simulated CUPTI";
  return CUPTI_SUCCESS;
}
