// local_ranks.h - ranks of one machine without MPI: one process a GPU, joined by sockets.
#pragma once
#include <sys/types.h>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "engine/core/descriptor.h"
#include "engine/ranks/ranks.h"
#include "engine/ranks/signs_of_life.h"

namespace gs {

/// They carry orders and reports; gradients are summed by the GPUs. Sums over them work too, but nothing goes on
/// meanwhile. A rank that has ended is noticed at once, one whose process is stopped by its silence (SignsOfLife). Rank
/// 0 watches all others, each of them watches rank 0, by a thread of its own.
class LocalRanks final : public Ranks {
 public:
  /// One end of the connection of two ranks. A rank's words about itself (it lives, has failed, has left) have a socket
  /// of their own: they are seen at once, whatever data lie in front of them unread, and cannot get into the middle of
  /// a message that was sent in part.
  struct Connection {
    Descriptor data;   ///< a stream of messages
    Descriptor words;  ///< packets; closed without a last one by a rank that has died
  };
  /// Both ends. Throws gs::Error.
  static std::pair<Connection, Connection> connect();

  /// On rank 0 a connection to each of the ranks 1, 2, ...; on another rank one to rank 0.
  LocalRanks(int rank, int size, std::vector<Connection> connections);
  /// Tells the others that this rank has ended in order; rank 0 then waits for the processes that it has started. A
  /// process that was lost by its silence is killed.
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
  bool speaks() const override;
  void check() override;
  void fail(const std::exception& error) noexcept override;

 private:
  /// The first byte of a packet; behind `failed` a text follows. refused: failed by a UsageError.
  enum class Word : char { alive = 'a', failed = 'f', refused = 'r', left = 'l' };
  struct Peer {
    int rank;
    Connection connection;
    pid_t process = 0;  ///< that start() has made, or that has made this one; 0: none
    SignsOfLife::Time seen = {};
    bool has_left = false;  ///< in order: no more words come, perhaps data
    bool is_silent = false;
  };

  // ---- data ----
  void wait_for(const Peer&, short events);
  void send(Peer&, const void* data, std::size_t bytes);
  void send_message(Peer&, std::string_view bytes);
  void read(Peer&, void* data, std::size_t bytes);
  std::string message_from(Peer&);
  /// Throws what a peer has said whose data have ended, or that it has ended or died.
  [[noreturn]] void lose(Peer&);

  // ---- words: the caller holds mutex_ ----
  /// Sends and takes words until the end is asked for; holds mutex_ itself.
  void watch(const std::stop_token&);
  void listen(Peer&);
  void say(Word, std::string_view text = "") noexcept;
  /// The run has failed, for the first reason of all. The others are told.
  void end_run(const std::string& why, bool is_usage = false);
  /// The same: the peer is gone.
  void miss(const Peer&, const std::string& how);
  [[noreturn]] void throw_failure() const;

  void kill_silent_processes() const;

  int rank_, size_;
  std::string host_;
  std::vector<Peer> peers_;

  mutable std::mutex mutex_;  ///< for all below, and for what is known of the peers
  std::string failure_;       ///< empty: all is well
  bool is_usage_ = false;     ///< RankError::is_usage
  bool rank_0_is_lost_ = false;
  bool told_ = false;  ///< the others know that the run has ended
  SignsOfLife signs_;
  std::condition_variable_any stopped_;
  std::jthread watcher_;  ///< last: it ends before the other members do
};

}  // namespace gs
