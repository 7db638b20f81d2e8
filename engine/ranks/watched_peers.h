// watched_peers.h - signs of life between rank 0 and every other rank, and the words of a rank that ends the run.
#pragma once
#include <mpi.h>
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace gs {

/// A rank's place.
struct RankProcess {
  std::string host;
  pid_t process = 0;
};

/// Rank 0 watches all others, each of them watches rank 0. Used by the thread that calls MPI, again and again while it
/// waits.
class WatchedPeers {
 public:
  WatchedPeers(MPI_Comm world, std::vector<RankProcess> ranks);

  /// Sends and takes what is due, at most ten times a second.
  void look();

  /// Tells the ranks that this one watches that the run is to end.
  void tell(const std::string& message);

  /// Once rank 0 has nothing left to do: it tells the others, they wait for its word, for as long as it lives.
  void take_leave();

  const std::string& failure() const { return failure_; }  ///< empty: all is well
  bool is_lost() const { return lost_; }                   ///< a rank does not answer: MPI cannot end in order

 private:
  using Clock = std::chrono::steady_clock;
  enum Tag { alive, failed, leaving };
  struct Peer {
    int rank;
    Clock::time_point seen;
    bool is_neighbour;  ///< the system tells if its process is there
    MPI_Request sending = MPI_REQUEST_NULL;
  };
  void take(Peer&);
  void lose(const Peer&, const std::string& how);

  MPI_Comm comm_ = MPI_COMM_NULL;  ///< apart from the messages of training
  int rank_ = 0;
  std::vector<RankProcess> ranks_;
  std::vector<Peer> peers_;
  Clock::time_point looked_, sent_;
  std::string failure_;
  bool lost_ = false, left_ = false;
};

}  // namespace gs
