// nccl_exchanges.cpp - the calls of NCCL, in a module of its own. The communicator does not block: a rank that is gone
// would be waited for without end.
#include <nccl.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/ranks/nccl_module.h"
#include "engine/ranks/signs_of_life.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

struct NcclError : Error {
  NcclError(const std::string& message, ncclResult_t why) : Error(message), result(why) {}
  /// A rank that is gone looks like this to the others.
  bool may_come_from_another_rank() const {
    return result == ncclRemoteError || result == ncclSystemError || result == ncclInternalError;
  }
  ncclResult_t result;
};

void check_nccl(ncclResult_t result, const char* what, ncclComm_t comm = nullptr) {
  if (result != ncclSuccess && result != ncclInProgress)
    throw NcclError(fmt::format("{}: NCCL: {}: {}", what, ncclGetErrorString(result), ncclGetLastError(comm)), result);
}

/// One algorithm for all sizes, which adds in one order: with NCCL's own choice, sums inside an NVLink switch (NVLS)
/// may differ from run to run. Who sets a variable has the last word.
void fix_order_of_sums() {
  constexpr std::pair<const char*, const char*> settings[] = {
      {"NCCL_ALGO", "Ring"}, {"NCCL_PROTO", "Simple"}, {"NCCL_NVLS_ENABLE", "0"}};
  for (const auto& [name, value] : settings) setenv(name, value, 0);
  // Captured sums never overlap with others: they share one stream. Else each would bring events along.
  setenv("NCCL_GRAPH_MIXING_SUPPORT", "0", 0);
}

class NcclExchanges final : public GpuExchanges {
 public:
  NcclExchanges(const ncclUniqueId& id, int rank, int ranks, const std::function<void()>& look) : look_(look) {
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    constexpr const char* what = "joining the ranks' GPUs";
    try {
      naming_who_is_gone([&] {
        check_nccl(ncclCommInitRankConfig(&comm_, ranks, id, rank, &config), what, comm_);
        settle(what);
      });
    } catch (...) {
      abort();
      throw;
    }
  }
  ~NcclExchanges() override {
    if (!comm_) return;
    try {
      check_nccl(ncclCommFinalize(comm_), "leaving the ranks' GPUs", comm_);
      settle("leaving the ranks' GPUs");
      ncclCommDestroy(comm_);
    } catch (const std::exception&) {  // a rank is gone
      abort();
    }
  }

  void sum(float* values, std::size_t count, stream_t stream) override {
    call([&] { return ncclAllReduce(values, values, count, ncclFloat32, ncclSum, comm_, stream); });
  }

  void gather(const float* own, float* all, std::size_t count, stream_t stream) override {
    call([&] { return ncclAllGather(own, all, count, ncclFloat32, comm_, stream); });
  }

  void check() override {
    if (comm_) naming_who_is_gone([&] { state(exchanging); });
  }

  void abort() noexcept override {
    if (!comm_) return;
    {
      const std::lock_guard lock(mutex_);
      aborted_ = std::exchange(comm_, nullptr);
    }
    abort_asked_.notify_one();
  }

 private:
  static constexpr const char* exchanging = "exchanging values between the ranks' GPUs";

  template <class Enqueue>
  void call(Enqueue enqueue) {
    require(comm_ != nullptr, "the GPUs of this run no longer work together");
    naming_who_is_gone([&] {
      check_nccl(enqueue(), exchanging, comm_);
      settle(exchanging);
    });
  }
  /// NCCL sees within milliseconds that a connection is broken, and cannot tell by whom. The ranks know it later, of
  /// another machine by its silence: look_ then throws, before NCCL's error does.
  template <class Act>
  void naming_who_is_gone(Act act) {
    try {
      act();
    } catch (const NcclError& error) {
      const auto last = SignsOfLife::Clock::now() + SignsOfLife::until_all_know;
      while (error.may_come_from_another_rank() && SignsOfLife::Clock::now() < last) {
        look_();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      throw;
    }
  }
  ncclResult_t state(const char* what) {
    ncclResult_t state = ncclSuccess;
    check_nccl(ncclCommGetAsyncError(comm_, &state), what, comm_);
    check_nccl(state, what, comm_);
    return state;
  }
  /// Until the last call is done on the host's side.
  void settle(const char* what) {
    while (state(what) == ncclInProgress) {
      look_();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  /// The kernels end as soon as ncclCommAbort begins. It returns only when no graph holds one of them any more: the
  /// caller, who destroys the graphs later, must not wait for that.
  void abort_if_asked(const std::stop_token& no_more) {
    std::unique_lock lock(mutex_);
    if (!abort_asked_.wait(lock, no_more, [this] { return aborted_ != nullptr; })) return;
    lock.unlock();
    ncclCommAbort(aborted_);
  }

  std::function<void()> look_;
  ncclComm_t comm_ = nullptr;  ///< null after abort()

  std::mutex mutex_;
  std::condition_variable_any abort_asked_;
  ncclComm_t aborted_ = nullptr;
  /// Last, so that it ends first. It waits from the start on: when a run ends by an error, a new thread might be
  /// refused.
  std::jthread aborter_{[this](const std::stop_token& no_more) { abort_if_asked(no_more); }};
};

void make_id(void* id) {
  fix_order_of_sums();
  ncclUniqueId made;
  check_nccl(ncclGetUniqueId(&made), "joining the ranks' GPUs");
  std::memcpy(id, &made, sizeof made);
}

std::unique_ptr<GpuExchanges> join(const void* id, int rank, int ranks, const std::function<void()>& look) {
  fix_order_of_sums();
  ncclUniqueId made;
  std::memcpy(&made, id, sizeof made);
  return std::make_unique<NcclExchanges>(made, rank, ranks, look);
}

const NcclModule module{sizeof(ncclUniqueId), &make_id, &join};

}  // namespace
}  // namespace gs

const gs::NcclModule* gridstride_nccl() {
  return &gs::module;
}
