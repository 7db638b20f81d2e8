// local_ranks.h - ranks of one machine without MPI: one process a GPU, joined by sockets.
#pragma once
#include <sys/types.h>

#include <utility>
#include <vector>

#include "engine/core/descriptor.h"
#include "engine/ranks/ranks.h"

namespace gs {

/// They carry orders and reports; gradients are summed by the GPUs. Sums over them work too, but nothing goes on
/// meanwhile. A rank that has ended is noticed at once, one that hangs is not.
class LocalRanks final : public Ranks {
 public:
  /// One end of the connection of two ranks. A rank's last word has a socket of its own: it is seen at once, whatever
  /// data lie in front of it unread, and cannot get into the middle of a message that was sent in part.
  struct Connection {
    Descriptor data;       ///< a stream of messages
    Descriptor last_word;  ///< packets; closed without one by a rank that has died
  };
  /// Both ends. Throws gs::Error.
  static std::pair<Connection, Connection> connect();

  /// On rank 0 a connection to each of the ranks 1, 2, ...; on another rank one to rank 0.
  LocalRanks(int rank, int size, std::vector<Connection> connections);
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
  void check() override;
  void fail(const std::exception& error) noexcept override;

 private:
  /// The first byte of a last word; a text follows. refused: failed by a UsageError.
  enum class LastWord : char { failed = 'f', refused = 'r', left = 'l' };
  struct Peer {
    int rank;
    Connection connection;
    bool has_left = false;  ///< in order: no more words come, perhaps data
  };

  /// Throws what the peer has said, or that it is gone.
  void check(Peer&);
  [[noreturn]] void end(const std::string& why, bool is_usage = false);
  [[noreturn]] void throw_failure() const;
  /// Throws what a peer has said whose data have ended, or that it is gone.
  [[noreturn]] void lose(Peer&);
  [[noreturn]] void miss(const Peer&);
  void wait_for(const Peer&, short events);
  void send(Peer&, const void* data, std::size_t bytes);
  void send_message(Peer&, std::string_view bytes);
  void read(Peer&, void* data, std::size_t bytes);
  std::string message_from(Peer&);
  void send_last_word(LastWord, std::string_view text) noexcept;

  int rank_, size_;
  std::string host_;
  std::vector<Peer> peers_;
  std::vector<pid_t> processes_;  ///< that rank 0 has started
  std::string failure_;           ///< empty: all is well
  bool is_usage_ = false;         ///< RankError::is_usage
  bool rank_0_is_lost_ = false;
};

}  // namespace gs
