// local_ranks.cpp - messages over sockets. No call waits for one rank alone: each listens for the words of all, so that
// a rank that has died or is silent, or says that it has failed, ends the wait.
#include "engine/ranks/local_ranks.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/host_name.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

constexpr std::size_t longest_word = 8192;
constexpr std::chrono::milliseconds between_looks(100);

bool would_wait(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::pair<LocalRanks::Connection, LocalRanks::Connection> LocalRanks::connect() {
  int data[2], words[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, data) != 0)
    throw Error(fmt::format("no sockets between ranks: {}", std::strerror(errno)));
  Descriptor first(data[0]), second(data[1]);
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, words) != 0)
    throw Error(fmt::format("no sockets between ranks: {}", std::strerror(errno)));
  return {Connection{std::move(first), Descriptor(words[0])}, Connection{std::move(second), Descriptor(words[1])}};
}

LocalRanks::LocalRanks(int rank, int size, std::vector<Connection> connections)
    : rank_(rank), size_(size), host_(host_name()) {
  require(connections.size() == std::size_t(rank == 0 ? size - 1 : 1), "a rank lacks a connection");
  for (Connection& one : connections) peers_.push_back({rank == 0 ? int(peers_.size()) + 1 : 0, std::move(one)});
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

// ---- words ----

void LocalRanks::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    signs_.look(SignsOfLife::Clock::now());
    for (Peer& peer : peers_) {
      listen(peer);
      if (peer.has_left || told_ || !signs_.is_silent(peer.seen)) continue;
      peer.is_silent = true;
      miss(peer, fmt::format("has not answered for {} s", SignsOfLife::limit(peer.seen).count()));
    }
    if (!told_ && signs_.is_due()) say(Word::alive);
    stopped_.wait_for(lock, stop, between_looks, [] { return false; });
  }
}

void LocalRanks::listen(Peer& peer) {
  std::array<char, longest_word> packet;
  while (!told_ && !peer.has_left) {
    const ssize_t bytes = recv(peer.connection.words.number(), packet.data(), packet.size(), MSG_DONTWAIT);
    if (bytes < 0 && errno == ECONNRESET) continue;  // it has closed without reading ours: once, then its words follow
    if (would_wait(bytes)) return;
    if (bytes <= 0) return miss(peer, "has died");
    peer.seen = signs_.looked();
    const Word word{packet[0]};
    if (word == Word::alive) continue;
    peer.has_left = word == Word::left;
    if (peer.has_left) return;
    const std::string text(packet.data() + 1, std::size_t(bytes) - 1);
    end_run(peer.rank == 0 ? text : fmt::format("rank {} on {}: {}", peer.rank, host_, text), word == Word::refused);
  }
}

/// Without a wait. The socket has room, since its peer takes the words at once, unless it is stopped.
void LocalRanks::say(Word word, std::string_view text) noexcept {
  text = text.substr(0, longest_word - 1);
  iovec parts[] = {{&word, sizeof word}, {const_cast<char*>(text.data()), text.size()}};
  msghdr whole{};
  whole.msg_iov = parts;
  whole.msg_iovlen = 2;
  for (const Peer& peer : peers_) sendmsg(peer.connection.words.number(), &whole, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void LocalRanks::end_run(const std::string& why, bool is_usage) {
  if (!failure_.empty()) return;
  failure_ = why;
  is_usage_ = is_usage;
  if (!std::exchange(told_, true)) say(is_usage ? Word::refused : Word::failed, why);
}

void LocalRanks::miss(const Peer& peer, const std::string& how) {
  rank_0_is_lost_ = peer.rank == 0;
  end_run(fmt::format("rank {} on {} {}", peer.rank, host_, how));
}

void LocalRanks::throw_failure() const {
  RankError error(failure_);
  error.is_usage = is_usage_;
  throw error;
}

bool LocalRanks::speaks() const {
  const std::lock_guard lock(mutex_);
  return leads() || (rank_ == 1 && rank_0_is_lost_);
}

void LocalRanks::check() {
  const std::lock_guard lock(mutex_);
  for (Peer& peer : peers_) listen(peer);
  if (!failure_.empty()) throw_failure();
}

void LocalRanks::fail(const std::exception& error) noexcept {
  const std::lock_guard lock(mutex_);
  if (std::exchange(told_, true)) return;
  say(dynamic_cast<const UsageError*>(&error) ? Word::refused : Word::failed, error.what());
}

// ---- data ----

void LocalRanks::lose(Peer& peer) {
  const std::lock_guard lock(mutex_);
  listen(peer);
  if (failure_.empty()) miss(peer, peer.has_left ? "has ended" : "has died");
  throw_failure();
}

void LocalRanks::wait_for(const Peer& peer, short events) {
  check();
  pollfd waited{peer.connection.data.number(), events, 0};
  poll(&waited, 1, 20);
}

void LocalRanks::send(Peer& peer, const void* data, std::size_t bytes) {
  const char* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t sent = ::send(peer.connection.data.number(), next, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      next += sent;
      bytes -= std::size_t(sent);
    } else if (would_wait(sent)) {
      wait_for(peer, POLLOUT);
    } else {
      lose(peer);
    }
  }
}

/// Size and message in one piece: a socket holds fewer pieces than bytes.
void LocalRanks::send_message(Peer& peer, std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  std::string whole(sizeof size + bytes.size(), '\0');
  std::memcpy(whole.data(), &size, sizeof size);
  std::memcpy(whole.data() + sizeof size, bytes.data(), bytes.size());
  send(peer, whole.data(), whole.size());
}

void LocalRanks::read(Peer& peer, void* data, std::size_t bytes) {
  char* next = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = recv(peer.connection.data.number(), next, bytes, MSG_DONTWAIT);
    if (got > 0) {
      next += got;
      bytes -= std::size_t(got);
    } else if (would_wait(got)) {
      wait_for(peer, POLLIN);
    } else {
      lose(peer);
    }
  }
}

std::string LocalRanks::message_from(Peer& peer) {
  std::uint64_t size = 0;
  read(peer, &size, sizeof size);
  std::string text(size, '\0');
  read(peer, text.data(), text.size());
  return text;
}

void LocalRanks::broadcast(void* data, std::size_t bytes) {
  check();
  if (leads()) {
    for (Peer& peer : peers_) send_message(peer, {static_cast<const char*>(data), bytes});
    return;
  }
  const std::string text = message_from(peers_[0]);
  require(text.size() == bytes, "rank 0 sends another message than is expected");
  std::memcpy(data, text.data(), bytes);
}

std::vector<std::string> LocalRanks::gather(std::string_view bytes) {
  check();
  if (!leads()) {
    send_message(peers_[0], bytes);
    return {};
  }
  std::vector<std::string> all{std::string(bytes)};
  for (Peer& peer : peers_) all.push_back(message_from(peer));
  return all;
}

/// By way of rank 0.
void LocalRanks::all_gather(std::span<const float> own, std::span<float> all) {
  require(all.size() == own.size() * std::size_t(size_), "all_gather: room for other values than all ranks have");
  float* next = all.data();
  for (const std::string& one : gather(bytes_of(own))) {
    require(one.size() == own.size_bytes(), "a rank gathers another number of values");
    std::memcpy(next, one.data(), one.size());
    next += own.size();
  }
  broadcast(all.data(), all.size_bytes());
}

/// By way of rank 0, which sends each rank its parts.
void LocalRanks::exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent,
                          std::span<std::uint8_t> to, const std::vector<std::size_t>& received) {
  // In front of the bytes of a rank: the length of each part.
  std::string own;
  for (const std::uint64_t bytes : sent) own.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  const std::size_t lengths = own.size();
  own.append(reinterpret_cast<const char*>(from.data()), from.size());
  const std::vector<std::string> all = gather(own);
  std::vector<std::string> parts(all.empty() ? 0 : std::size_t(size_));  // of each receiver
  for (const std::string& one : all) {
    require(one.size() >= lengths, "a rank sends no lengths");
    std::size_t place = lengths;
    for (std::size_t r = 0; r < parts.size(); ++r) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, one.data() + r * sizeof bytes, sizeof bytes);
      require(place + bytes <= one.size(), "a rank sends fewer bytes than it says");
      parts[r].append(one, place, bytes);
      place += bytes;
    }
  }
  if (leads())
    for (Peer& peer : peers_) send_message(peer, parts[std::size_t(peer.rank)]);
  const std::string mine = leads() ? std::move(parts[0]) : message_from(peers_[0]);
  std::size_t expected = 0;
  for (const std::size_t bytes : received) expected += bytes;
  require(mine.size() == expected && expected <= to.size(), "the ranks send other bytes than are expected");
  std::memcpy(to.data(), mine.data(), mine.size());
}

void LocalRanks::begin_sum(std::span<float> values, std::vector<float> weights) {
  const std::vector<std::string> all = gather(bytes_of(values));
  std::vector<float> sum(values.size(), 0.0f), other(values.size());
  for (std::size_t r = 0; r < all.size(); ++r) {
    require(all[r].size() == values.size_bytes(), "a rank sums another number of values");
    if (weights[r] == 0) continue;
    std::memcpy(other.data(), all[r].data(), all[r].size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[r] * other[i];
  }
  broadcast(sum.data(), values.size_bytes());
  std::memcpy(values.data(), sum.data(), values.size_bytes());
}

}  // namespace gs
