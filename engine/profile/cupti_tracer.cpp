// cupti_tracer.cpp - CUPTI's activity records: time, registers and shared memory of each kernel, also inside a CUDA
// graph, without admin rights. It has not run on a GPU yet.
//
// All kernels of a graph launch share its correlation id; only the id of their graph node tells them apart. NVIDIA does
// not document if a record has the id of the captured node or of its clone in the instantiated graph, so both are
// mapped to the captured call: GRAPHNODE_CREATED reports the first, GRAPHNODE_CLONED maps a clone to its original.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/profile/cupti_compat.h"
#include "engine/profile/cupti_occupancy.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

std::string text_of(CUptiResult result) {
  const char* text = nullptr;
  cuptiGetResultString(result, &text);
  return text ? text : "error " + std::to_string(int(result));
}

void check_cupti(CUptiResult result, const char* what) {
  if (result != CUPTI_SUCCESS) throw Error(std::string("CUPTI: ") + what + ": " + text_of(result));
}

constexpr CUpti_ActivityKind kinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                                        CUPTI_ACTIVITY_KIND_MEMSET};

class CuptiTracer : public KernelTracer {
 public:
  explicit CuptiTracer(const SmLimits& limits) : limits_(limits) {}
  ~CuptiTracer() override {
    if (subscribed_) cuptiUnsubscribe(subscriber_);
    if (current == this) current = nullptr;
  }

  /// Empty on success, else the reason.
  std::string subscribe() {
    if (const CUptiResult r = cuptiSubscribe(&subscriber_, CUpti_CallbackFunc(&on_callback), this);
        r != CUPTI_SUCCESS) {
      if (r == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED)
        return "another tool in this process (Nsight, compute-sanitizer, another profile) already uses CUPTI";
      return "CUPTI: " + text_of(r);
    }
    subscribed_ = true;
    current = this;
    for (const CUpti_CallbackId id : {CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED})
      if (const CUptiResult r = cuptiEnableCallback(1, subscriber_, CUPTI_CB_DOMAIN_RESOURCE, id); r != CUPTI_SUCCESS)
        return "CUPTI does not report graph nodes: " + text_of(r);
    if (const CUptiResult r = cuptiGetTimestamp(&origin_); r != CUPTI_SUCCESS) return "CUPTI: " + text_of(r);
    if (const CUptiResult r = cuptiActivityRegisterCallbacks(&give_buffer, &take_buffer); r != CUPTI_SUCCESS)
      return "CUPTI: " + text_of(r);
    // Tried once here, so that a refusal is known before anything is measured.
    for (const CUpti_ActivityKind kind : kinds) {
      if (const CUptiResult r = cuptiActivityEnable(kind); r != CUPTI_SUCCESS) return "CUPTI: " + text_of(r);
      cuptiActivityDisable(kind);
    }
    return "";
  }

  void start() override {
    for (const CUpti_ActivityKind kind : kinds) check_cupti(cuptiActivityEnable(kind), "start recording");
  }
  std::vector<KernelRecord> stop() override {
    for (const CUpti_ActivityKind kind : kinds) check_cupti(cuptiActivityDisable(kind), "stop recording");
    check_cupti(cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED), "fetch records");
    const std::lock_guard lock(mutex_);
    if (const std::size_t lost = std::exchange(lost_, 0))
      throw Error("CUPTI lost " + std::to_string(lost) + " records of kernels: the times would be incomplete");
    return std::exchange(records_, {});
  }
  double now_us() override {
    std::uint64_t ns = 0;
    check_cupti(cuptiGetTimestamp(&ns), "read the timestamp");
    return microseconds(ns);
  }
  void capturing(int call) override {
    const std::lock_guard lock(mutex_);
    capturing_ = call;
    capturing_thread_ = std::this_thread::get_id();
  }

 private:
  // C callbacks of CUPTI: no exception may leave them.
  static void CUPTIAPI on_callback(void* self, CUpti_CallbackDomain, CUpti_CallbackId id, const void* data) noexcept {
    const auto* resource = static_cast<const CUpti_ResourceData*>(data);
    static_cast<CuptiTracer*>(self)->note_node(id, *static_cast<const CUpti_GraphData*>(resource->resourceDescriptor));
  }
  static void CUPTIAPI give_buffer(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) noexcept {
    *size = 1 << 20;
    *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(8, *size));
    *most_records = 0;
  }
  static void CUPTIAPI take_buffer(CUcontext context, std::uint32_t stream, std::uint8_t* buffer, std::size_t,
                                   std::size_t valid) noexcept {
    CUpti_Activity* record = nullptr;
    CuptiTracer* const tracer = current;
    while (tracer && cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) tracer->note(*record);
    std::free(buffer);
    std::size_t lost = 0;
    if (tracer && cuptiActivityGetNumDroppedRecords(context, stream, &lost) == CUPTI_SUCCESS) tracer->note_lost(lost);
  }

  void note_node(CUpti_CallbackId id, const CUpti_GraphData& graph) {
    std::uint64_t node = 0, original = 0;
    if (cuptiGetGraphNodeId(graph.node, &node) != CUPTI_SUCCESS) return;
    const std::lock_guard lock(mutex_);
    if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED && capturing_ >= 0 &&
        capturing_thread_ == std::this_thread::get_id())
      call_of_[node] = capturing_;
    if (id == CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED &&
        cuptiGetGraphNodeId(graph.originalNode, &original) == CUPTI_SUCCESS)
      if (const auto at = call_of_.find(original); at != call_of_.end()) call_of_[node] = at->second;
  }

  void note(const CUpti_Activity& activity) {
    KernelRecord r;
    std::uint64_t node = 0;
    if (activity.kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
      const auto& k = reinterpret_cast<const CuptiKernel&>(activity);
      node = k.graphNodeId;
      r.name = k.name ? k.name : "";
      times(r, k.start, k.end);
      r.grid = {unsigned(k.gridX), unsigned(k.gridY), unsigned(k.gridZ)};
      r.block = {unsigned(k.blockX), unsigned(k.blockY), unsigned(k.blockZ)};
      r.shared_bytes = std::size_t(k.staticSharedMemory) + std::size_t(k.dynamicSharedMemory);
      r.registers = k.registersPerThread;
      r.occupancy = occupancy(limits_, k.blockX * k.blockY * k.blockZ, k.registersPerThread,
                              std::size_t(k.staticSharedMemory), std::size_t(k.dynamicSharedMemory));
    } else if (activity.kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
      const auto& copy = reinterpret_cast<const CuptiCopy&>(activity);
      node = copy.graphNodeId;
      r.name = "[copy]";
      times(r, copy.start, copy.end);
    } else if (activity.kind == CUPTI_ACTIVITY_KIND_MEMSET) {
      const auto& fill = reinterpret_cast<const CuptiFill&>(activity);
      node = fill.graphNodeId;
      r.name = "[fill]";
      times(r, fill.start, fill.end);
    } else {
      return;
    }
    const std::lock_guard lock(mutex_);
    if (const auto at = call_of_.find(node); node != 0 && at != call_of_.end()) r.call = at->second;
    records_.push_back(std::move(r));
  }

  void note_lost(std::size_t records) {
    const std::lock_guard lock(mutex_);
    lost_ += records;
  }

  double microseconds(std::uint64_t ns) const { return double(std::int64_t(ns - origin_)) / 1e3; }
  void times(KernelRecord& r, std::uint64_t start, std::uint64_t end) const {
    if (start == 0 && end == 0) return;  // unknown
    r.start_us = microseconds(start);
    r.end_us = microseconds(end);
  }

  static inline std::atomic<CuptiTracer*> current = nullptr;  // CUPTI's buffer callbacks have no user pointer

  SmLimits limits_;
  CUpti_SubscriberHandle subscriber_ = nullptr;
  bool subscribed_ = false;
  std::uint64_t origin_ = 0;  // creation time, subtracted because a double cannot hold nanoseconds since 1970
  std::mutex mutex_;          // CUPTI delivers buffers on its own thread
  int capturing_ = -1;
  std::thread::id capturing_thread_;                // callbacks on other threads are about other captures
  std::unordered_map<std::uint64_t, int> call_of_;  // by node id
  std::vector<KernelRecord> records_;
  std::size_t lost_ = 0;  // records dropped by CUPTI
};

}  // namespace
}  // namespace gs

/// A tracer that the caller owns; null, with the reason in why_not, if CUPTI refuses. One at a time.
extern "C" gs::KernelTracer* gridstride_open_cupti(const gs::SmLimits& limits, std::string& why_not) {
  auto tracer = std::make_unique<gs::CuptiTracer>(limits);
  why_not = tracer->subscribe();
  return why_not.empty() ? tracer.release() : nullptr;
}
