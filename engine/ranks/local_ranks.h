// local_ranks.h - ranks of one machine without MPI: one process a GPU, joined by pairs of sockets.
#pragma once
#include <sys/types.h>

#include <vector>

#include "engine/core/descriptor.h"
#include "engine/ranks/ranks.h"

namespace gs {

/// They carry orders and reports; gradients are summed by the GPUs. Sums over them work too, but nothing goes on
/// meanwhile. A rank that has ended is noticed at once, one that hangs is not.
class LocalRanks final : public Ranks {
 public:
  /// On rank 0 a socket to each of the ranks 1, 2, ...; on another rank one to rank 0.
  LocalRanks(int rank, int size, std::vector<Descriptor> sockets);
  /// Tells the others that this rank has ended in order; rank 0 then waits for the processes that it has started.
  ~LocalRanks() override;

  /// Starts this program again as ranks 1 .. size - 1, with the same arguments. The result is rank 0. Throws gs::Error.
  static std::unique_ptr<Ranks> start(int size);
  /// The rank as which start() has started this process; null if it has not.
  static std::unique_ptr<Ranks> started();

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  const std::string& host(int) const override { return host_; }

  void broadcast(void* data, std::size_t bytes) override;
  std::vector<std::string> gather(std::string_view bytes) override;
  void all_gather(std::span<const float> own, std::span<float> all) override;
  void exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent, std::span<std::uint8_t> to,
                const std::vector<std::size_t>& received) override;
  void begin_sum(std::span<float> values, std::vector<float> weights) override;
  void finish_sums() override {}
  bool speaks() const override { return leads() || (rank_ == 1 && rank_0_is_lost_); }
  void check() override { check_but(-1); }
  void fail(const std::exception& error) noexcept override;

 private:
  /// In front of each message.
  struct Head {
    enum Kind : std::uint32_t { data, failed, refused, left } kind = data;  ///< refused: by a UsageError
    std::uint64_t bytes = 0;
  };

  std::size_t index_of(int rank) const { return std::size_t(leads() ? rank - 1 : 0); }
  int socket_to(int rank) const { return sockets_[index_of(rank)].number(); }
  template <class Act>
  void for_each_peer(Act act) const {
    if (!leads()) return act(0);
    for (int peer = 1; peer < size_; ++peer) act(peer);
  }
  /// Throws what a peer has said, or that it is gone; `busy` is a peer whose message is being read.
  void check_but(int busy);
  void check_peer(int peer);
  [[noreturn]] void end(const std::string& why, bool is_usage = false);
  [[noreturn]] void throw_failure() const;
  [[noreturn]] void lose(int peer);
  void wait_for(int peer, short events);
  void send(int peer, const void* data, std::size_t bytes);
  void send_message(int peer, std::string_view bytes);
  void read(int peer, void* data, std::size_t bytes, bool is_head);
  std::string message_from(int peer);
  std::vector<std::string> gather_for_all(std::string_view bytes);

  int rank_, size_;
  std::string host_;
  std::vector<Descriptor> sockets_;
  std::vector<pid_t> processes_;  ///< that rank 0 has started
  std::string failure_;           ///< empty: all is well
  bool is_usage_ = false;         ///< RankError::is_usage
  bool rank_0_is_lost_ = false;
};

}  // namespace gs
