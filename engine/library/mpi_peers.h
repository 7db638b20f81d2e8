// mpi_peers.h - signs of life between rank 0 and every other rank, and the words of a rank that ends the run.
#pragma once
#include <mpi.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "engine/ranks/signs_of_life.h"

namespace gs {

/// A rank's place.
struct RankProcess {
  std::string host;
  pid_t process = 0;
};

/// The end of a run on all ranks.
struct RankFailure {
  std::string message;    ///< empty: all is well
  bool is_usage = false;  ///< a UsageError of a rank
  bool is_lost = false;   ///< a rank is gone or does not answer: MPI cannot end in order
  bool by_silence = false;
};

/// Rank 0 watches all others, each of them watches rank 0. Used by the thread that calls MPI, again and again while it
/// waits. Once a failure is known it is told to the others, and MPI is called no more: the memory of a request that
/// will never end may go.
class WatchedPeers {
 public:
  WatchedPeers(MPI_Comm world, std::vector<RankProcess> ranks);

  /// Sends and takes signs of life, at most fifty times a second.
  void look();

  /// This rank ends the run, unless it has ended already.
  void end_run(const RankFailure&);

  /// Waits until the ranks that this one watches have nothing left to do, either. Then MPI may end, if there is no
  /// failure.
  void take_leave();

  const RankFailure& failure() const { return failure_; }

 private:
  enum Tag { alive, failed, refused, leaving };
  struct Peer {
    int rank;
    bool is_neighbour;       ///< the system tells if its process is there
    SignsOfLife::Time seen;  ///< at first the time when all ranks had met
    bool has_left = false;
    MPI_Request sending = MPI_REQUEST_NULL;
  };
  const RankProcess& process(const Peer& peer) const { return ranks_[std::size_t(peer.rank)]; }
  void take(Peer&);
  void check(const Peer&);
  void tell(Tag, const std::string& text);

  MPI_Comm comm_ = MPI_COMM_NULL;  ///< apart from the messages of training
  int rank_ = 0;
  std::vector<RankProcess> ranks_;
  std::vector<Peer> peers_;
  SignsOfLife signs_;
  RankFailure failure_;
  bool told_ = false;
};

}  // namespace gs
