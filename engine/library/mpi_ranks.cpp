// mpi_ranks.cpp - Ranks over MPI. One thread makes all calls of MPI: sums go on while the others compute, and it still
// sees that a rank has died while it waits for it.
#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <future>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/library/mpi_peers.h"
#include "engine/ranks/mpi_module.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

class MpiRanks final : public Ranks {
 public:
  MpiRanks() : thread_([this] { work(); }) {
    try {
      do_and_wait([this] { begin(); });
    } catch (...) {
      end_thread();
      throw;
    }
  }
  ~MpiRanks() override {
    post([this] { end(); });
    end_thread();
  }

  int rank() const override { return rank_; }
  int size() const override { return int(hosts_.size()); }
  const std::string& host(int rank) const override { return hosts_[std::size_t(rank)]; }

  void broadcast(void* data, std::size_t bytes) override {
    if (leads() && bytes <= most_copied_bytes)  // the caller need not wait
      post([this, copy = std::string(static_cast<const char*>(data), bytes)]() mutable {
        send(copy.data(), copy.size());
      });
    else
      do_and_wait([=, this] { send(data, bytes); });
  }

  std::vector<std::string> gather(std::string_view bytes) override {
    std::vector<std::string> result;
    do_and_wait([&] { result = take_all(bytes); });
    return result;
  }

  void all_gather(std::span<const float> own, std::span<float> all) override {
    do_and_wait([=, this] {
      check_run();
      const int count = checked_count(own.size());
      MPI_Request request;
      succeed(MPI_Iallgather(own.data(), count, MPI_FLOAT, all.data(), count, MPI_FLOAT, MPI_COMM_WORLD, &request));
      finish(request);
    });
  }

  void exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent, std::span<std::uint8_t> to,
                const std::vector<std::size_t>& received) override {
    do_and_wait([&] {
      check_run();
      const Parts of_sent(sent), of_received(received);
      MPI_Request request;
      succeed(MPI_Ialltoallv(from.data(), of_sent.counts.data(), of_sent.offsets.data(), MPI_BYTE, to.data(),
                             of_received.counts.data(), of_received.offsets.data(), MPI_BYTE, MPI_COMM_WORLD,
                             &request));
      finish(request);
    });
  }

  void begin_sum(std::span<float> values, std::vector<float> weights) override {
    sums_.push_back(post([=, this, weights = std::move(weights)] { sum(values, weights); }));
  }
  void finish_sums() override {
    std::exception_ptr failure;
    for (std::future<void>& sum : std::exchange(sums_, {})) try {
        wait_for(sum);
      } catch (...) {
        if (!failure) failure = std::current_exception();
      }
    if (failure) std::rethrow_exception(failure);
  }

  bool speaks() const override { return leads() || speaks_for_rank_0_; }

  void check() override {
    if (has_failed_) do_and_wait([this] { check_run(); });
  }

  void fail(const std::exception& error) noexcept override {
    try {
      {
        const std::lock_guard lock(mutex_);
        if (own_failure_) return;
        own_failure_ = RankFailure{error.what(), dynamic_cast<const UsageError*>(&error) != nullptr};
      }
      this_rank_has_failed_ = true;  // a job that is under way sees it
      post([this] { look(); });
    } catch (const std::exception&) {  // out of memory: the others will miss this rank
    }
  }

 private:
  static constexpr std::size_t most_copied_bytes = 4096, largest_part = std::size_t(1) << 30;

  // ---- the thread of MPI ----

  std::future<void> post(std::function<void()> job) {
    std::packaged_task<void()> task(std::move(job));
    std::future<void> done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(task));
    }
    posted_.notify_one();
    return done;
  }
  void do_and_wait(std::function<void()> job) {
    std::future<void> done = post(std::move(job));
    wait_for(done);
  }
  void wait_for(std::future<void>& job) {
    caller_waits_ = true;
    job.wait();
    caller_waits_ = false;
    job.get();
  }

  void end_thread() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    posted_.notify_one();
  }

  void work() {
    for (;;) {
      std::packaged_task<void()> job;
      {
        std::unique_lock lock(mutex_);
        posted_.wait_for(lock, std::chrono::milliseconds(100), [this] { return ended_ || !jobs_.empty(); });
        if (!jobs_.empty()) {
          job = std::move(jobs_.front());
          jobs_.pop_front();
        } else if (ended_) {
          return;
        }
      }
      if (job.valid())
        job();
      else if (peers_)
        look();
    }
  }

  void begin() {
    int level = 0, size = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    struct Place {
      char host[MPI_MAX_PROCESSOR_NAME];
      pid_t process;
    } own{{}, getpid()};
    int length = 0;
    MPI_Get_processor_name(own.host, &length);
    std::vector<Place> places(std::size_t(size), Place{});
    MPI_Allgather(&own, sizeof own, MPI_CHAR, places.data(), sizeof own, MPI_CHAR, MPI_COMM_WORLD);
    std::vector<RankProcess> ranks;
    for (const Place& place : places) {
      hosts_.emplace_back(place.host);
      ranks.push_back({place.host, place.process});
    }
    peers_ = std::make_unique<WatchedPeers>(MPI_COMM_WORLD, std::move(ranks));
  }

  void end() {
    if (!peers_) return;  // MPI did not begin
    look();               // this rank may have ended the run just now
    const bool known = !failure().message.empty();
    if (!known) peers_->take_leave();
    if (failure().message.empty()) {
      MPI_Finalize();
      return;
    }
    std::fflush(nullptr);
    if (!known && speaks()) std::fprintf(stderr, "gridstride: %s\n", failure().message.c_str());
    // Ends the ranks that are left, and those that hang.
    if (failure().is_lost && speaks()) MPI_Abort(MPI_COMM_WORLD, 1);
    // The launcher ends all ranks when the first does; that must not be before rank 0 has written how it ended.
    if (!leads()) std::this_thread::sleep_for(std::chrono::seconds(20));
  }

  const RankFailure& failure() const { return peers_->failure(); }

  /// Looks after the others, and tells them if this rank has ended the run.
  void look() {
    peers_->look();
    if (this_rank_has_failed_) {
      const std::lock_guard lock(mutex_);
      peers_->end_run(*own_failure_);
    }
    has_failed_ = !failure().message.empty();
    if (!leads() && failure().is_lost) speaks_for_rank_0_ = rank_ == speaker_without_rank_0();
  }

  /// Rank 1 for a process that has died; if rank 0 is silent, its machine may be gone: a rank of another one.
  int speaker_without_rank_0() const {
    if (failure().by_silence)
      for (int r = 1; r < size(); ++r)
        if (host(r) != host(0)) return r;
    return 1;
  }

  /// Throws if the run has failed.
  void check_run() {
    look();
    if (failure().message.empty()) return;
    RankError error(failure().message);
    error.is_usage = failure().is_usage;
    throw error;
  }

  /// Throws if MPI refuses a call: a connection is broken, for example.
  static void succeed(int code) {
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING];
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw RankError(fmt::format("MPI: {}", std::string_view(text, std::size_t(length))));
  }

  /// Waits in small steps, since MPI_Wait would neither end when a rank is gone nor leave the core to others. In short
  /// ones while this process has nothing else to do; else kernels compute, perhaps on this core.
  void finish(MPI_Request request) {
    const auto start = Clock::now();
    for (;;) {
      int done = 0;
      succeed(MPI_Test(&request, &done, MPI_STATUS_IGNORE));
      if (done) return;
      check_run();
      if (caller_waits_ && Clock::now() - start < std::chrono::milliseconds(2))
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  static int checked_count(std::size_t count) {
    require(count <= std::size_t(std::numeric_limits<int>::max()), "more values than a message of MPI can have");
    return int(count);
  }

  /// Parts of a buffer, one after another.
  struct Parts {
    std::vector<int> counts, offsets;
    explicit Parts(const std::vector<std::size_t>& sizes) {
      std::size_t all = 0;
      for (const std::size_t size : sizes) {
        counts.push_back(checked_count(size));
        offsets.push_back(checked_count(all));
        all += size;
      }
    }
  };

  void send(void* data, std::size_t bytes) {
    check_run();
    for (std::size_t begin = 0; begin < bytes;) {
      const std::size_t part = std::min(bytes - begin, largest_part);
      MPI_Request request;
      succeed(MPI_Ibcast(static_cast<char*>(data) + begin, int(part), MPI_CHAR, 0, MPI_COMM_WORLD, &request));
      finish(request);
      begin += part;
    }
  }

  std::vector<std::string> take_all(std::string_view bytes) {
    check_run();
    const std::uint64_t own = bytes.size();
    std::vector<std::uint64_t> sizes(hosts_.size());
    MPI_Request request;
    succeed(MPI_Iallgather(&own, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, MPI_COMM_WORLD, &request));
    finish(request);
    std::vector<std::string> result;
    if (leads())
      for (const std::uint64_t size : sizes) result.emplace_back(std::size_t(size), '\0');
    // One rank after another, in parts: a message has at most 2^31 bytes.
    for (int r = 1; r < size(); ++r)
      for (std::size_t begin = 0; begin < sizes[std::size_t(r)]; begin += largest_part) {
        const int part = int(std::min(sizes[std::size_t(r)] - begin, largest_part));
        if (rank_ == r)
          succeed(MPI_Isend(bytes.data() + begin, part, MPI_BYTE, 0, 0, MPI_COMM_WORLD, &request));
        else if (leads())
          succeed(MPI_Irecv(result[std::size_t(r)].data() + begin, part, MPI_BYTE, r, 0, MPI_COMM_WORLD, &request));
        else
          break;
        finish(request);
      }
    if (leads()) result[0] = bytes;
    return result;
  }

  /// Each rank adds up one slice of the values and sends it to all: every value travels twice, however many ranks there
  /// are. MPI_Allreduce moves as much, but may add in another order each time.
  void sum(std::span<float> values, const std::vector<float>& weights) {
    check_run();
    const std::size_t ranks = hosts_.size();
    std::vector<int> counts(ranks), offsets(ranks), same(ranks), places(ranks);
    for (std::size_t r = 0; r < ranks; ++r) {
      offsets[r] = checked_count(values.size() * r / ranks);
      counts[r] = checked_count(values.size() * (r + 1) / ranks) - offsets[r];
    }
    const std::size_t own = std::size_t(counts[std::size_t(rank_)]);
    for (std::size_t r = 0; r < ranks; ++r) same[r] = int(own), places[r] = checked_count(r * own);
    received_.resize(ranks * own);
    MPI_Request request;
    succeed(MPI_Ialltoallv(values.data(), counts.data(), offsets.data(), MPI_FLOAT, received_.data(), same.data(),
                           places.data(), MPI_FLOAT, MPI_COMM_WORLD, &request));
    finish(request);
    float* const slice = values.data() + offsets[std::size_t(rank_)];
    std::fill_n(slice, own, 0.0f);
    for (std::size_t r = 0; r < ranks; ++r) {
      if (weights[r] == 0) continue;
      const float* const other = received_.data() + r * own;
      for (std::size_t i = 0; i < own; ++i) slice[i] += weights[r] * other[i];
    }
    succeed(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, values.data(), counts.data(), offsets.data(), MPI_FLOAT,
                            MPI_COMM_WORLD, &request));
    finish(request);
  }

  int rank_ = 0;
  std::atomic<bool> speaks_for_rank_0_ = false, has_failed_ = false;
  std::vector<std::string> hosts_;
  std::unique_ptr<WatchedPeers> peers_;
  std::vector<float> received_;  ///< one slice of every rank
  std::vector<std::future<void>> sums_;
  std::atomic<bool> caller_waits_ = false;

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::packaged_task<void()>> jobs_;
  bool ended_ = false;
  std::optional<RankFailure> own_failure_;
  std::atomic<bool> this_rank_has_failed_ = false;
  std::jthread thread_;  ///< last: it ends before the other members do
};

std::unique_ptr<Ranks> join() {
  return std::make_unique<MpiRanks>();
}

const MpiModule module{&join};

}  // namespace
}  // namespace gs

const gs::MpiModule* gridstride_mpi() {
  return &gs::module;
}
