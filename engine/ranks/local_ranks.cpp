// local_ranks.cpp - messages over stream sockets. No call waits for one socket alone: each looks at all of them, so
// that a rank that has ended, or says that it has failed, ends the wait.
#include "engine/ranks/local_ranks.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "kernels/common/check.h"

namespace gs {
namespace {

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

bool would_wait(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace

LocalRanks::LocalRanks(int rank, int size, std::vector<Descriptor> sockets)
    : rank_(rank), size_(size), host_(host_name()), sockets_(std::move(sockets)) {
  require(sockets_.size() == std::size_t(rank == 0 ? size - 1 : 1), "a rank lacks a socket");
}

void LocalRanks::throw_failure() const {
  RankError error(failure_);
  error.is_usage = is_usage_;
  throw error;
}

void LocalRanks::end(const std::string& why, bool is_usage) {
  if (failure_.empty()) failure_ = why, is_usage_ = is_usage;
  throw_failure();
}

void LocalRanks::lose(int peer) {
  rank_0_is_lost_ = peer == 0;
  end(fmt::format("rank {} on {} has died", peer, host_));
}

void LocalRanks::check_peer(int peer) {
  Head head;
  const ssize_t seen = recv(socket_to(peer), &head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
  if (would_wait(seen)) return;
  if (seen <= 0) lose(peer);
  if (seen < ssize_t(sizeof head) || (head.kind != Head::failed && head.kind != Head::refused)) return;
  read(peer, &head, sizeof head, false);
  std::string text(head.bytes, '\0');
  read(peer, text.data(), text.size(), false);
  end(peer == 0 ? text : fmt::format("rank {} on {}: {}", peer, host_, text), head.kind == Head::refused);
}

void LocalRanks::check_but(int busy) {
  if (!failure_.empty()) throw_failure();
  for_each_peer([&](int peer) {
    if (peer != busy) check_peer(peer);
  });
}

void LocalRanks::wait_for(int peer, short events) {
  check_but(peer);
  pollfd waited{socket_to(peer), events, 0};
  poll(&waited, 1, 20);
}

void LocalRanks::send(int peer, const void* data, std::size_t bytes) {
  const char* next = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t sent = ::send(socket_to(peer), next, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      next += sent;
      bytes -= std::size_t(sent);
    } else if (would_wait(sent)) {
      wait_for(peer, POLLOUT);
    } else {
      check_peer(peer);  // it may have said why
      lose(peer);
    }
  }
}

/// Head and message in one piece: a socket holds fewer pieces than bytes.
void LocalRanks::send_message(int peer, std::string_view bytes) {
  const Head head{Head::data, bytes.size()};
  std::string whole(sizeof head + bytes.size(), '\0');
  std::memcpy(whole.data(), &head, sizeof head);
  std::memcpy(whole.data() + sizeof head, bytes.data(), bytes.size());
  send(peer, whole.data(), whole.size());
}

void LocalRanks::read(int peer, void* data, std::size_t bytes, bool is_head) {
  char* next = static_cast<char*>(data);
  while (bytes > 0) {
    if (is_head) check_peer(peer);
    const ssize_t got = recv(socket_to(peer), next, bytes, MSG_DONTWAIT);
    if (got > 0) {
      next += got;
      bytes -= std::size_t(got);
      is_head = false;
    } else if (would_wait(got)) {
      wait_for(peer, POLLIN);
    } else {
      lose(peer);
    }
  }
}

std::string LocalRanks::message_from(int peer) {
  Head head;
  read(peer, &head, sizeof head, true);
  if (head.kind == Head::left) lose(peer);
  std::string text(head.bytes, '\0');
  read(peer, text.data(), text.size(), false);
  return text;
}

void LocalRanks::broadcast(void* data, std::size_t bytes) {
  check();
  if (leads()) {
    for_each_peer([&](int peer) { send_message(peer, {static_cast<const char*>(data), bytes}); });
    return;
  }
  const std::string text = message_from(0);
  require(text.size() == bytes, "rank 0 sends another message than is expected");
  std::memcpy(data, text.data(), bytes);
}

std::vector<std::string> LocalRanks::gather(std::string_view bytes) {
  check();
  if (!leads()) {
    send_message(0, bytes);
    return {};
  }
  std::vector<std::string> all{std::string(bytes)};
  for_each_peer([&](int peer) { all.push_back(message_from(peer)); });
  return all;
}

/// The bytes of every rank, by rank, on all of them: by way of rank 0.
std::vector<std::string> LocalRanks::gather_for_all(std::string_view bytes) {
  std::vector<std::string> all = gather(bytes);
  std::vector<std::uint64_t> sizes(std::size_t(size_), 0);
  for (std::size_t r = 0; r < all.size(); ++r) sizes[r] = all[r].size();
  broadcast(sizes.data(), sizes.size() * sizeof sizes[0]);
  if (!leads())
    for (const std::uint64_t size : sizes) all.emplace_back(std::size_t(size), '\0');
  for (std::string& one : all) broadcast(one.data(), one.size());
  return all;
}

void LocalRanks::all_gather(std::span<const float> own, std::span<float> all) {
  float* next = all.data();
  for (const std::string& one : gather_for_all({reinterpret_cast<const char*>(own.data()), own.size_bytes()})) {
    require(one.size() == own.size_bytes(), "a rank gathers another number of values");
    std::memcpy(next, one.data(), one.size());
    next += own.size();
  }
}

void LocalRanks::exchange(std::span<const std::uint8_t> from, const std::vector<std::size_t>& sent,
                          std::span<std::uint8_t> to, const std::vector<std::size_t>& received) {
  // In front of the bytes: the place of the part of each rank.
  std::string own;
  std::uint64_t place = std::uint64_t(size_) * sizeof place;
  for (const std::size_t bytes : sent) {
    own.append(reinterpret_cast<const char*>(&place), sizeof place);
    place += bytes;
  }
  own.append(reinterpret_cast<const char*>(from.data()), from.size());
  std::uint8_t* next = to.data();
  const std::vector<std::string> all = gather_for_all(own);
  for (std::size_t r = 0; r < all.size(); ++r) {
    std::memcpy(&place, all[r].data() + std::size_t(rank_) * sizeof place, sizeof place);
    require(place + received[r] <= all[r].size(), "a rank sends fewer bytes than are expected");
    std::memcpy(next, all[r].data() + place, received[r]);
    next += received[r];
  }
}

void LocalRanks::begin_sum(std::span<float> values, std::vector<float> weights) {
  const std::size_t bytes = values.size() * sizeof(float);
  const std::vector<std::string> all = gather({reinterpret_cast<const char*>(values.data()), bytes});
  std::vector<float> sum(values.size(), 0.0f), other(values.size());
  for (std::size_t r = 0; r < all.size(); ++r) {
    require(all[r].size() == bytes, "a rank sums another number of values");
    if (weights[r] == 0) continue;
    std::memcpy(other.data(), all[r].data(), bytes);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weights[r] * other[i];
  }
  broadcast(sum.data(), bytes);
  std::memcpy(values.data(), sum.data(), bytes);
}

/// Without a wait: a rank whose socket is full hangs, and will find it closed.
void LocalRanks::fail(const std::exception& error) noexcept {
  const std::string_view message = error.what();
  const Head head{dynamic_cast<const UsageError*>(&error) ? Head::refused : Head::failed, message.size()};
  for_each_peer([&](int peer) {
    iovec parts[] = {{const_cast<Head*>(&head), sizeof head}, {const_cast<char*>(message.data()), message.size()}};
    msghdr whole{};
    whole.msg_iov = parts;
    whole.msg_iovlen = 2;
    sendmsg(socket_to(peer), &whole, MSG_DONTWAIT | MSG_NOSIGNAL);
  });
}

}  // namespace gs
