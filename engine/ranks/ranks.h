// ranks.h - the processes that train one network together, and the messages between them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/error.h"

namespace gs {

/// Another rank has ended the run, or is gone; the message names it.
struct RankError : Error {
  using Error::Error;
  bool is_usage = false;  ///< that rank threw a UsageError
};

/// This process among the ranks of a run: rank 0 leads, the others follow it (Trainer::follow()). All ranks call the
/// same collectives (broadcast, gather, all_gather, exchange, sum) in the same order. Each call throws RankError if a
/// rank has failed, does not answer, or is gone.
class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual const std::string& host(int rank) const = 0;
  bool leads() const { return rank() == 0; }
  /// Its number among the ranks of its host.
  int local_rank() const {
    int lower = 0;
    for (int r = 0; r < rank(); ++r) lower += host(r) == host(rank());
    return lower;
  }

  /// Copies the bytes of rank 0 to all others. On rank 0 it returns when `data` may change.
  virtual void broadcast(void* data, std::size_t bytes) = 0;

  /// At rank 0: the bytes of every rank, by rank. Elsewhere: empty.
  virtual std::vector<std::string> gather(std::string_view bytes) = 0;

  /// Copies the values of every rank, one after another in the order of ranks, to all ranks.
  virtual void all_gather(std::span<const float> own, std::span<float> all) = 0;

  /// Sends the bytes of `from` to the ranks, sent[r] of them to rank r, one rank after another; receives received[r]
  /// from rank r in `to`. Each rank knows what the others send.
  virtual void exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent,
                        std::span<std::uint8_t> to, const std::vector<std::size_t>& received) = 0;

  /// values = sum over ranks r of weights[r] * values of r, added in the order of ranks, so that the bits are the same
  /// each time and on every rank. A rank of weight 0 is left out, even if its values are NaN. Returns at once;
  /// `values` must not be touched before finish_sums().
  virtual void begin_sum(std::span<float> values, std::vector<float> weights) = 0;
  /// Waits for all sums that were begun.
  virtual void finish_sums() = 0;

  /// The rank that tells the user why a run has ended: rank 0, or rank 1 if rank 0 is gone.
  virtual bool speaks() const = 0;

  /// Throws RankError if the run has failed on another rank; never waits.
  virtual void check() = 0;

  /// Ends the run on all ranks: what they call next, or wait for, throws the error's message. In front of it is this
  /// rank's name, unless this is rank 0: its error may be another rank's, which is named already.
  virtual void fail(const std::exception& error) noexcept = 0;
};

/// This process as the launcher started it (mpirun, srun, LocalRanks::start()); {0, 1} if it was started alone.
struct LaunchedRank {
  int rank = 0, size = 1;
};
LaunchedRank launched_rank();

/// The environment of this process ("NAME=VALUE") without what says that a launcher started it, for a process of its
/// own: that one has no rank.
std::vector<std::string> environment_without_rank();

/// The ranks that this process was started with, or null if it was started alone. Loads MPI's module if needed. Throws
/// gs::Error if the build has no MPI, or if MPI does not find as many ranks as the launcher started.
std::unique_ptr<Ranks> join_ranks();

}  // namespace gs
