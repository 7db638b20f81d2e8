// mpi_peers.cpp - a message a second in both directions. That a process of the same machine has ended is seen at once:
// mpirun then leaves the others a second or two.
#include "engine/library/mpi_peers.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace gs {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks(20);

}  // namespace

WatchedPeers::WatchedPeers(MPI_Comm world, std::vector<RankProcess> ranks) : ranks_(std::move(ranks)) {
  MPI_Comm_dup(world, &comm_);
  MPI_Comm_rank(comm_, &rank_);
  const std::string& here = ranks_[std::size_t(rank_)].host;
  for (int r = 0; r < int(ranks_.size()); ++r) {
    if (r == rank_ || (r != 0 && rank_ != 0)) continue;
    const RankProcess& peer = ranks_[std::size_t(r)];
    peers_.push_back({r, peer.host == here && kill(peer.process, 0) == 0, signs_.looked()});
  }
}

void WatchedPeers::take(Peer& peer) {
  for (;;) {
    int there = 0, bytes = 0;
    MPI_Status status;
    MPI_Iprobe(peer.rank, MPI_ANY_TAG, comm_, &there, &status);
    if (!there) return;
    MPI_Get_count(&status, MPI_CHAR, &bytes);
    std::string text(std::size_t(bytes), '\0');
    MPI_Recv(text.data(), bytes, MPI_CHAR, peer.rank, status.MPI_TAG, comm_, MPI_STATUS_IGNORE);
    peer.seen = signs_.looked();
    if (status.MPI_TAG == leaving) peer.has_left = true;
    if ((status.MPI_TAG != failed && status.MPI_TAG != refused) || !failure_.message.empty()) continue;
    failure_.is_usage = status.MPI_TAG == refused;
    failure_.message = peer.rank == 0 ? text : fmt::format("rank {} on {}: {}", peer.rank, process(peer).host, text);
  }
}

void WatchedPeers::check(const Peer& peer) {
  if (peer.has_left || !failure_.message.empty()) return;
  const auto lost = [&](const std::string& how, bool by_silence) {
    failure_ = {fmt::format("rank {} on {} {}", peer.rank, process(peer).host, how), false, true, by_silence};
  };
  if (peer.is_neighbour && kill(process(peer).process, 0) != 0 && errno == ESRCH)
    lost("has died", false);
  else if (signs_.is_silent(peer.seen))
    lost(fmt::format("has not answered for {} s", SignsOfLife::limit(peer.seen).count()), true);
}

void WatchedPeers::look() {
  const auto now = SignsOfLife::Clock::now();
  if (told_ || now - signs_.looked() < between_looks) return;
  signs_.look(now);
  const bool sends = signs_.is_due();
  for (Peer& peer : peers_) {
    take(peer);
    int sent = 1;
    MPI_Test(&peer.sending, &sent, MPI_STATUS_IGNORE);
    if (sends && sent) MPI_Isend(nullptr, 0, MPI_CHAR, peer.rank, alive, comm_, &peer.sending);
    check(peer);
  }
  if (!failure_.message.empty()) end_run(failure_);
}

void WatchedPeers::tell(Tag tag, const std::string& text) {
  for (const Peer& peer : peers_) {
    MPI_Request request;
    // A short message is on its way when the call returns.
    MPI_Isend(text.data(), int(text.size()), MPI_CHAR, peer.rank, tag, comm_, &request);
    MPI_Request_free(&request);
  }
}

void WatchedPeers::end_run(const RankFailure& failure) {
  if (told_) return;
  if (failure_.message.empty()) failure_ = failure;
  told_ = true;
  tell(failure_.is_usage ? refused : failed, failure_.message);
}

void WatchedPeers::take_leave() {
  tell(leaving, "");
  while (failure_.message.empty() && !std::ranges::all_of(peers_, &Peer::has_left)) {
    look();
    std::this_thread::sleep_for(milliseconds(1));
  }
}

}  // namespace gs
