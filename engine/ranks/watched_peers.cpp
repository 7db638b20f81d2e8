// watched_peers.cpp - a message a second in both directions; a rank that is silent for 15 s is lost. That a process of
// the same machine has ended is seen at once: mpirun then leaves the others a second or two.
#include "engine/ranks/watched_peers.h"

#include <cerrno>
#include <csignal>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace gs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds between_looks(100);
constexpr seconds between_signs(1), longest_silence(15);

}  // namespace

WatchedPeers::WatchedPeers(MPI_Comm world, std::vector<RankProcess> ranks) : ranks_(std::move(ranks)) {
  MPI_Comm_dup(world, &comm_);
  MPI_Comm_rank(comm_, &rank_);
  looked_ = Clock::now();
  const std::string& here = ranks_[std::size_t(rank_)].host;
  for (int r = 0; r < int(ranks_.size()); ++r) {
    if (r == rank_ || (r != 0 && rank_ != 0)) continue;
    const RankProcess& peer = ranks_[std::size_t(r)];
    peers_.push_back({r, looked_, peer.host == here && kill(peer.process, 0) == 0});
  }
}

void WatchedPeers::lose(const Peer& peer, const std::string& how) {
  lost_ = true;
  failure_ = fmt::format("rank {} on {} {}", peer.rank, ranks_[std::size_t(peer.rank)].host, how);
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
    peer.seen = Clock::now();
    if (status.MPI_TAG == leaving) left_ = true;
    if (status.MPI_TAG == failed && failure_.empty())
      failure_ = peer.rank == 0
                     ? text
                     : fmt::format("rank {} on {}: {}", peer.rank, ranks_[std::size_t(peer.rank)].host, text);
  }
}

void WatchedPeers::look() {
  const auto now = Clock::now();
  if (now - looked_ < between_looks) return;
  // After a pause of this process, or of the whole machine, the others' silence says nothing.
  if (now - looked_ > longest_silence / 3)
    for (Peer& peer : peers_) peer.seen = now;
  looked_ = now;
  const bool sends = now - sent_ >= between_signs;
  if (sends) sent_ = now;
  for (Peer& peer : peers_) {
    take(peer);
    int sent = 1;
    MPI_Test(&peer.sending, &sent, MPI_STATUS_IGNORE);
    if (sends && sent) MPI_Isend(nullptr, 0, MPI_CHAR, peer.rank, alive, comm_, &peer.sending);
    if (!failure_.empty()) continue;
    if (peer.is_neighbour && kill(ranks_[std::size_t(peer.rank)].process, 0) != 0 && errno == ESRCH)
      lose(peer, "has died");
    else if (now - peer.seen > longest_silence)
      lose(peer, fmt::format("has not answered for {} s", longest_silence.count()));
  }
}

void WatchedPeers::tell(const std::string& message) {
  if (failure_.empty()) failure_ = message;
  for (const Peer& peer : peers_) {
    MPI_Request request;
    // Short messages are on their way when the call returns; a peer that does not take them is lost anyway.
    MPI_Isend(message.data(), int(message.size()), MPI_CHAR, peer.rank, failed, comm_, &request);
    MPI_Request_free(&request);
  }
}

void WatchedPeers::take_leave() {
  if (rank_ == 0) {
    for (const Peer& peer : peers_) {
      MPI_Request request;
      MPI_Isend(nullptr, 0, MPI_CHAR, peer.rank, leaving, comm_, &request);
      MPI_Request_free(&request);
    }
    return;
  }
  while (!left_ && !lost_) {
    look();
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace gs
