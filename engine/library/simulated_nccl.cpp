// simulated_nccl.cpp - NCCL without GPUs. The ranks of a communicator are processes, or threads of one, that share a
// piece of memory: each copies its values there, and reads those of all, or adds them up, in the order of ranks.
//
// A kernel of NCCL waits until all ranks have begun it; the rest of its graph goes on meanwhile. Work still runs as
// late as possible: when the host waits for it, or when another rank does. NCCL's rules are enforced, most of which
// NCCL itself does not check, but hangs or computes nonsense:
//   - All ranks begin the same collectives (sums, all-gathers) in the same order: the same count, and captured in a
//     graph by all or by none.
//   - A communicator works on the GPU on which it was made, one GPU a rank, and on one collective at a time. In a
//     graph they follow each other by edges (graphs.cpp).
//   - It does not block its caller (ncclConfig_t::blocking is 0), and is used only once all ranks have joined.
//   - It is not used after its end. It is destroyed after the graphs that hold its kernels. Aborting it ends the
//     kernels at once, but returns only when those graphs are gone.
// A rank that is gone, or such a graph, is waited for: for 60 s, where NCCL waits for ever. Only the functions that the
// engine calls exist.
#include <nccl.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/simulated_cuda/gpus.h"
#include "engine/simulated_cuda/memory.h"
#include "engine/simulated_cuda/runtime.h"

namespace gs::simulated_cuda {
namespace {

constexpr std::size_t most_floats = std::size_t(16) << 20;  ///< of a rank in a collective
constexpr std::uint64_t longest_wait_ns = 60'000'000'000;

/// A sum, or an all-gather. All of it must be the same on all ranks.
struct Collective {
  bool adds = true;         ///< else the values of all are gathered
  std::uint64_t count = 0;  ///< of a rank's values
  bool captured = false;
  bool operator==(const Collective&) const = default;
};

/// The state that a rank shows to the others. Each value is the number of collectives so far.
struct Part {
  std::atomic<std::uint64_t> begun, ended;
  int gpu;
  Collective collective;  ///< the one begun last
};
struct Shared {
  std::atomic<int> joined;
  Part parts[most_gpus];
  float values[most_gpus][most_floats];  // never touched for the most part, so never there
};

thread_local std::string last_error_text;

ncclResult_t refused(ncclResult_t why, const std::string& text) {
  std::fprintf(stderr, "simulated NCCL: %s\n", text.c_str());
  last_error_text = text;
  return why;
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

struct ncclComm {
  ~ncclComm() {
    munmap(shared, sizeof *shared);
    if (id_file >= 0) close(id_file);
  }

  bool all_joined() const { return shared->joined == ranks; }
  Part& own() const { return shared->parts[rank]; }
  /// True if another rank cannot go on before this one has ended its collectives so far.
  bool is_waited_for() const {
    for (int r = 0; r < ranks; ++r)
      if (shared->parts[r].begun > own().ended) return true;
    return false;
  }
  bool is_held_by_graphs() const { return captured.use_count() > 1; }
  bool two_on_one_gpu() const {
    for (int r = 0; r < ranks; ++r)
      if (r != rank && shared->parts[r].gpu == gpu) return true;
    return false;
  }

  Shared* shared = nullptr;
  int rank = 0, ranks = 1, gpu = 0;
  int id_file = -1;               ///< of the rank that made the id
  const void* running = nullptr;  ///< the collective under way
  std::atomic<bool> aborted = false;
  std::shared_ptr<int> captured = std::make_shared<int>();  ///< held by the kernels in graphs
  std::jthread worker;                                      ///< runs the work that other ranks wait for
};

namespace gs::simulated_cuda {
namespace {

int id_file = -1;  // of the id made last

std::map<ncclComm_t, std::shared_ptr<ncclComm>>& communicators() {
  static std::map<ncclComm_t, std::shared_ptr<ncclComm>> all;
  return all;
}
std::shared_ptr<ncclComm> found(ncclComm_t handle) {
  const auto at = communicators().find(handle);
  return at == communicators().end() ? nullptr : at->second;
}

ncclResult_t state_of(const ncclComm& comm) {
  if (!comm.all_joined()) return ncclInProgress;
  if (connections_broken) return refused(ncclRemoteError, "a connection to another rank is broken");
  if (comm.two_on_one_gpu())
    return refused(ncclInvalidUsage,
                   fmt::format("Duplicate GPU detected: rank {} and another are both on GPU {}", comm.rank, comm.gpu));
  return device_failed() ? ncclUnhandledCudaError : ncclSuccess;
}

/// As a GPU does, whatever the host waits for meanwhile.
void run_what_others_wait_for(const std::stop_token& stop, const ncclComm* comm) {
  while (!stop.stop_requested()) {
    if (comm->is_waited_for()) {
      const auto lock = lock_runtime();
      run_next_of(comm->gpu);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

/// Without lock_runtime(), which its thread may wait for.
void end_worker(const std::shared_ptr<ncclComm>& comm) {
  comm->worker.request_stop();
  if (comm->worker.joinable()) comm->worker.join();
}

/// Its kernel: to[i] = sum over all ranks, or to[rank * count + i].
class CollectiveKernel {
 public:
  CollectiveKernel(std::shared_ptr<ncclComm> comm, float* to, const float* from, const Collective& own)
      : comm_(std::move(comm)), to_(to), from_(from), own_(own), captured_(own.captured ? comm_->captured : nullptr) {}

  bool waits() {
    if (comm_->aborted) return false;
    if (!begun_ && !begin()) return since_too_long();
    for (int r = 0; r < comm_->ranks; ++r)
      if (comm_->shared->parts[r].begun <= number_) return since_too_long();
    return false;
  }

  void run() {
    begun_ = false;
    waiting_since_ns_ = 0;
    if (comm_->aborted) return;
    comm_->running = nullptr;
    const Shared& shared = *comm_->shared;
    for (int r = 0; r < comm_->ranks; ++r)
      if (const Collective& other = shared.parts[r].collective; other != own_)
        throw Error(fmt::format("NCCL: collective {}: rank {} {}, rank {} {}", number_, comm_->rank, words(own_), r,
                                words(other)));
    if (own_.adds)
      add(shared);
    else
      for (int r = 0; r < comm_->ranks; ++r)
        std::memcpy(to_ + std::uint64_t(r) * own_.count, shared.values[r], own_.count * sizeof(float));
    comm_->own().ended = number_ + 1;
  }

 private:
  static std::string words(const Collective& of) {
    return fmt::format("{} {} floats{}", of.adds ? "adds" : "gathers", of.count, of.captured ? " in a graph" : "");
  }

  void add(const Shared& shared) {
    for (std::uint64_t i = 0; i < own_.count; ++i) {
      float all = shared.values[0][i];
      for (int r = 1; r < comm_->ranks; ++r) all += shared.values[r][i];
      to_[i] = all;
    }
  }

  /// Shows the values to the others, once they have read the last ones.
  bool begin() {
    if (comm_->running)
      throw Error("NCCL: two collectives of a communicator run at once: ranks may begin them in other orders");
    number_ = comm_->own().begun;
    for (int r = 0; r < comm_->ranks; ++r)
      if (comm_->shared->parts[r].ended < number_) return false;
    const std::uint64_t results = own_.count * (own_.adds ? 1 : std::uint64_t(comm_->ranks));
    if (!is_in_memory(from_, own_.count) || !is_in_memory(to_, results))
      throw Error("NCCL: a collective leaves the GPU's memory");
    std::memcpy(comm_->shared->values[comm_->rank], from_, own_.count * sizeof(float));
    comm_->own().collective = own_;
    comm_->own().begun = number_ + 1;
    comm_->running = this;
    return begun_ = true;
  }

  static bool is_in_memory(const float* values, std::uint64_t count) {
    const auto begin = reinterpret_cast<std::uint64_t>(values), end = begin + count * sizeof(float);
    for (const ptx::Region& region : memory_of_kernels())
      if (region.begin <= begin && end <= region.end) return true;
    return false;
  }

  bool since_too_long() {
    if (waiting_since_ns_ == 0) waiting_since_ns_ = clock_ns();
    if (clock_ns() - waiting_since_ns_ < longest_wait_ns) return true;
    throw Error(fmt::format("NCCL: rank {} has waited for 60 s in collective {}", comm_->rank, number_));
  }

  std::shared_ptr<ncclComm> comm_;
  float* to_;
  const float* from_;
  Collective own_;
  std::shared_ptr<int> captured_;
  bool begun_ = false;
  std::uint64_t number_ = 0, waiting_since_ns_ = 0;
};

/// True if part of a rank's values lies among those of all, elsewhere than in its place there.
bool overlap(const void* from, const void* to, const ncclComm& comm, std::uint64_t count) {
  const auto own = reinterpret_cast<std::uint64_t>(from), all = reinterpret_cast<std::uint64_t>(to);
  const std::uint64_t bytes = count * sizeof(float);
  return own + bytes > all && own < all + std::uint64_t(comm.ranks) * bytes &&
         own != all + std::uint64_t(comm.rank) * bytes;
}

ncclResult_t enqueue(ncclComm_t handle, const void* from, void* to, Collective collective, ncclDataType_t type,
                     cudaStream_t stream, const char* kernel_name) {
  const auto lock = lock_runtime();
  const auto comm = found(handle);
  if (!comm) return refused(ncclInvalidArgument, "a communicator is used after its end");
  if (!comm->all_joined()) return refused(ncclInvalidUsage, "a communicator is used before all ranks have joined it");
  if (type != ncclFloat32 || collective.count > most_floats)
    return refused(ncclInvalidArgument, "only collectives of floats are simulated");
  if (stream->gpu != comm->gpu || gpu_of_thread() != comm->gpu)
    return refused(ncclInvalidUsage, "a communicator is used with another GPU's stream, or by a thread of another GPU");
  if (collective.count == 0) return ncclSuccess;
  if (!collective.adds && overlap(from, to, *comm, collective.count))
    return refused(ncclInvalidArgument, "an all-gather would overwrite values that it has not sent");
  collective.captured = stream->captured != nullptr;
  const auto kernel =
      std::make_shared<CollectiveKernel>(comm, static_cast<float*>(to), static_cast<const float*>(from), collective);
  Work work{cudaGraphNodeTypeKernel, [kernel] { kernel->run(); }, kernel_name};
  work.waits = [kernel] { return kernel->waits(); };
  work.communicator = comm.get();
  return stream->enqueue(std::move(work)) == cudaSuccess ? ncclSuccess : ncclUnhandledCudaError;
}

}  // namespace

std::atomic<bool> connections_broken = false;

int living_communicators() {
  const auto lock = lock_runtime();
  return int(communicators().size());
}

}  // namespace gs::simulated_cuda

/// The id is the path of the shared memory, which lives as long as a process uses it.
ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  const int file = memfd_create("gridstride-nccl", 0);
  if (file < 0 || ftruncate(file, sizeof(Shared)) != 0) return refused(ncclSystemError, "no shared memory");
  std::snprintf(id->internal, sizeof id->internal, "/proc/%d/fd/%d", int(getpid()), file);
  id_file = file;
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* made, int ranks, ncclUniqueId id, int rank, ncclConfig_t* config) {
  const auto lock = lock_runtime();
  if (ranks > most_gpus || rank < 0 || rank >= ranks) return refused(ncclInvalidArgument, "no such rank");
  if (config->blocking != 0)
    return refused(ncclInvalidArgument, "a communicator that blocks would hang if a rank dies");
  const int file = open(id.internal, O_RDWR);
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
  if (file >= 0) close(file);
  if (memory == MAP_FAILED) return refused(ncclSystemError, "the rank that made the id is gone");
  auto comm = std::make_shared<ncclComm>();
  comm->shared = static_cast<Shared*>(memory);
  comm->rank = rank;
  comm->ranks = ranks;
  if (rank == 0) comm->id_file = std::exchange(id_file, -1);
  comm->own().gpu = comm->gpu = gpu_of_thread();
  ++comm->shared->joined;
  comm->worker = std::jthread(run_what_others_wait_for, comm.get());
  communicators()[*made = comm.get()] = comm;
  // As in NCCL the call itself may tell that joining has failed; the communicator exists all the same.
  const ncclResult_t state = state_of(*comm);
  return state == ncclSuccess ? ncclInProgress : state;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t handle, ncclResult_t* state) {
  const auto lock = lock_runtime();
  const auto comm = found(handle);
  if (!comm) return refused(ncclInvalidArgument, "a communicator is used after its end");
  *state = state_of(*comm);
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t count, ncclDataType_t type, ncclRedOp_t operation,
                           ncclComm_t comm, cudaStream_t stream) {
  if (operation != ncclSum) return refused(ncclInvalidArgument, "only sums are simulated");
  return enqueue(comm, from, to, {.adds = true, .count = count}, type, stream,
                 "ncclDevKernel_AllReduce_Sum_f32_RING_SIMPLE");
}

ncclResult_t ncclAllGather(const void* from, void* to, std::size_t count, ncclDataType_t type, ncclComm_t comm,
                           cudaStream_t stream) {
  return enqueue(comm, from, to, {.adds = false, .count = count}, type, stream, "ncclDevKernel_AllGather_RING_SIMPLE");
}

ncclResult_t ncclCommFinalize(ncclComm_t handle) {
  const auto lock = lock_runtime();
  return found(handle) ? ncclSuccess : refused(ncclInvalidArgument, "a communicator is used after its end");
}

ncclResult_t ncclCommDestroy(ncclComm_t handle) {
  auto lock = lock_runtime();
  const auto comm = found(handle);
  if (!comm) return refused(ncclInvalidArgument, "a communicator is used after its end");
  if (comm->is_held_by_graphs())
    return refused(ncclInvalidUsage, "a communicator ends before the graphs that hold its kernels");
  communicators().erase(handle);
  lock.unlock();
  end_worker(comm);
  return ncclSuccess;
}

/// Its kernels, if any are waiting, end at once without a result. Returns when no graph holds one any more.
ncclResult_t ncclCommAbort(ncclComm_t handle) {
  auto lock = lock_runtime();
  const auto comm = found(handle);
  if (!comm) return refused(ncclInvalidArgument, "a communicator is used after its end");
  comm->aborted = true;
  communicators().erase(handle);
  lock.unlock();
  end_worker(comm);
  for (const std::uint64_t start = clock_ns(); comm->is_held_by_graphs();) {
    if (clock_ns() - start > longest_wait_ns) {
      lock.lock();
      fail_device(cudaErrorUnknown, "NCCL: ncclCommAbort has waited for 60 s for the graphs that hold its kernels");
      return ncclInternalError;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSuccess:
      return "no error";
    case ncclInProgress:
      return "NCCL operation in progress";
    case ncclInvalidArgument:
      return "invalid argument";
    case ncclInvalidUsage:
      return "invalid usage";
    case ncclUnhandledCudaError:
      return "unhandled cuda error";
    case ncclRemoteError:
      return "remote process exited or there was a network error";
    default:
      return "another error";
  }
}
const char* ncclGetLastError(ncclComm_t) {
  return last_error_text.c_str();
}
