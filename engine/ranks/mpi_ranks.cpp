// mpi_ranks.cpp - Ranks over MPI. One thread makes all calls of MPI: sums go on while the others compute, and it still
// sees that a rank has died while it waits for it.
#include <mpi.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <future>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/ranks/mpi_module.h"
#include "engine/ranks/watched_peers.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Clock = std::chrono::steady_clock;

class MpiRanks final : public Ranks {
 public:
  MpiRanks() : thread_([this] { work(); }) {
    do_and_wait([this] { begin(); });
  }
  ~MpiRanks() override {
    post([this] { end(); });
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    posted_.notify_one();
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

  void begin_sum(std::span<float> values, std::vector<float> weights) override {
    sums_.push_back(post([=, this, weights = std::move(weights)] { sum(values, weights); }));
  }
  void finish_sums() override {
    for (std::future<void>& sum : std::exchange(sums_, {})) sum.get();
  }

  bool speaks() const override { return leads() || (rank_ == 1 && rank_0_is_lost_); }

  void check() override {
    if (has_failed_) do_and_wait([this] { look(); });
  }

  void fail(const std::string& message) noexcept override {
    try {
      post([this, message] { peers_->tell(message); });
    } catch (const std::exception&) {  // out of memory: the others will miss this rank
    }
  }

 private:
  static constexpr std::size_t most_copied_bytes = 4096;

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
  void do_and_wait(std::function<void()> job) { post(std::move(job)).get(); }

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
      if (job.valid()) {
        job();
      } else if (peers_) {
        peers_->look();
        has_failed_ = !peers_->failure().empty();
      }
    }
  }

  void begin() {
    int level = 0, size = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
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
    if (peers_->failure().empty()) {
      MPI_Finalize();
    } else if (peers_->is_lost() && speaks()) {
      std::fflush(nullptr);
      MPI_Abort(MPI_COMM_WORLD, 1);  // ends the ranks that are left, and those that hang
    } else {
      peers_->take_leave();  // not MPI_Finalize, which would wait for messages that will never come
    }
  }

  /// Throws if the run has failed.
  void look() {
    peers_->look();
    if (peers_->failure().empty()) return;
    has_failed_ = true;
    rank_0_is_lost_ = rank_ != 0 && peers_->is_lost();  // the others watch only rank 0
    throw Error(peers_->failure());
  }

  /// Waits in small steps, since MPI_Wait would neither end when a rank is gone nor leave the core to others.
  void finish(MPI_Request request) {
    const auto start = Clock::now();
    for (;;) {
      int done = 0;
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done) return;
      look();
      if (Clock::now() - start < std::chrono::milliseconds(2))
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  static int checked_count(std::size_t count) {
    require(count <= std::size_t(std::numeric_limits<int>::max()), "more values than a message of MPI can have");
    return int(count);
  }

  void send(void* data, std::size_t bytes) {
    look();
    for (std::size_t begin = 0; begin < bytes;) {
      const std::size_t part = std::min(bytes - begin, std::size_t(1) << 30);
      MPI_Request request;
      MPI_Ibcast(static_cast<char*>(data) + begin, int(part), MPI_CHAR, 0, MPI_COMM_WORLD, &request);
      finish(request);
      begin += part;
    }
  }

  std::vector<std::string> take_all(std::string_view bytes) {
    look();
    const int own = checked_count(bytes.size());
    std::vector<int> counts(hosts_.size()), offsets(hosts_.size());
    MPI_Request request;
    MPI_Igather(&own, 1, MPI_INT, counts.data(), 1, MPI_INT, 0, MPI_COMM_WORLD, &request);
    finish(request);
    std::size_t all = 0;
    if (rank_ == 0)
      for (std::size_t r = 0; r < counts.size(); ++r) {
        offsets[r] = checked_count(all);
        all += std::size_t(counts[r]);
      }
    std::string text(all, '\0');
    MPI_Igatherv(bytes.data(), own, MPI_CHAR, text.data(), counts.data(), offsets.data(), MPI_CHAR, 0, MPI_COMM_WORLD,
                 &request);
    finish(request);
    std::vector<std::string> result;
    if (rank_ == 0)
      for (std::size_t r = 0; r < counts.size(); ++r)
        result.push_back(text.substr(std::size_t(offsets[r]), std::size_t(counts[r])));
    return result;
  }

  /// Each rank adds up one slice of the values and sends it to all: every value travels twice, however many ranks there
  /// are. MPI_Allreduce moves as much, but may add in another order each time.
  void sum(std::span<float> values, const std::vector<float>& weights) {
    look();
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
    MPI_Ialltoallv(values.data(), counts.data(), offsets.data(), MPI_FLOAT, received_.data(), same.data(),
                   places.data(), MPI_FLOAT, MPI_COMM_WORLD, &request);
    finish(request);
    float* const slice = values.data() + offsets[std::size_t(rank_)];
    std::fill_n(slice, own, 0.0f);
    for (std::size_t r = 0; r < ranks; ++r) {
      if (weights[r] == 0) continue;
      const float* const other = received_.data() + r * own;
      for (std::size_t i = 0; i < own; ++i) slice[i] += weights[r] * other[i];
    }
    MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, values.data(), counts.data(), offsets.data(), MPI_FLOAT, MPI_COMM_WORLD,
                    &request);
    finish(request);
  }

  int rank_ = 0;
  std::atomic<bool> rank_0_is_lost_ = false, has_failed_ = false;
  std::vector<std::string> hosts_;
  std::unique_ptr<WatchedPeers> peers_;
  std::vector<float> received_;  ///< one slice of every rank
  std::vector<std::future<void>> sums_;

  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::packaged_task<void()>> jobs_;
  bool ended_ = false;
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
