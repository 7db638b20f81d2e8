// counter.cpp - logs each thread's accesses; when a warp's lanes have met, their logs become requests.
#include "kernels/sim/count/counter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernels/sim/check/places.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/count/fused.h"
#include "kernels/sim/count/loops.h"
#include "kernels/sim/count/observer.h"
#include "kernels/sim/count/request.h"
#include "kernels/sim/count/touched.h"

namespace gs::simulator::counting {
namespace {

using check::Kind;
using check::number;
using check::Space;

class Counter {
 public:
  void launch_begins() { spaces_.launch_begins(); }
  void block_begins(unsigned threads);
  void warp_meets(unsigned warp, std::uint32_t living);
  void enter(std::uint32_t code) { loops_.enter(threads_[position.thread].path, code); }
  void access(std::uintptr_t address, std::size_t bytes, Kind kind, std::uint32_t code);
  void whole(Space space, std::uintptr_t address, std::size_t bytes, bool store, std::uint32_t code);
  void barrier(Place where);
  void warp_operation(const WarpMeeting&);
  void make_all_requests();
  void end(Counts& into);

 private:
  /// One access of one thread, in 32 bytes.
  struct Access {
    std::uintptr_t address;
    std::uint32_t code;
    std::uint32_t next;  // another lane's access of the same request, see Open
    Loops::Place place;
    std::uint8_t bytes;
    bool shared, loads, stores, plain;
  };
  struct Thread {
    Loops::Path path;
    std::vector<Access> log;
  };

  /// `plain`: see Request.
  void log(Space, std::uintptr_t address, std::size_t bytes, bool loads, bool stores, bool plain, std::uint32_t code);
  void make_requests(unsigned warp);
  std::size_t find_open(const Access&, std::uint32_t lane, std::size_t likely);
  void cut_all();

  /// A request under construction: a chain of accesses, each identified by lane * most_logged + index in its log.
  struct Open {
    std::uint64_t key;
    std::uint32_t first, lanes;
  };

  static constexpr std::uint32_t most_logged = 2u << 20;  // accesses: 64 MiB, and as much again for their requests
  static constexpr std::uint32_t no_access = ~0u;

  check::Spaces spaces_;
  Loops loops_;
  std::vector<Thread> threads_;
  std::vector<std::uint32_t> living_;  // living lanes by warp, at their last meeting
  std::size_t logged_ = 0;

  std::vector<Open> open_;  // of the warp whose logs are read
  std::unordered_map<std::uint64_t, std::size_t> by_key_;

  Counts totals_;
  std::unordered_map<std::uint32_t, RequestCounts> by_code_;
  Touched touched_;
};

void Counter::block_begins(unsigned threads) {
  make_all_requests();  // left by a block that ended in an error
  if (observer) observer->block_begins();
  loops_.forget_contexts();
  if (threads_.size() < threads) threads_.resize(threads);
  for (Thread& thread : threads_) thread.path.clear();
  living_.assign((threads + warp_size - 1) / warp_size, ~0u);
  if (threads % warp_size) living_.back() = ~(~0u << threads % warp_size);
}

void Counter::warp_meets(unsigned warp, std::uint32_t living) {
  make_requests(warp);
  living_[warp] = living;
  if (logged_ == 0 && loops_.full()) {
    loops_.forget_contexts();
    for (Thread& thread : threads_) Loops::forget(thread.path);
  }
}

void Counter::access(std::uintptr_t address, std::size_t bytes, Kind kind, std::uint32_t code) {
  // The atomic read is part of the atomic write that follows, which counts as a load and a store.
  if (position.in_pieces || kind == Kind::atomic_read) return;
  const std::optional<Space> space = spaces_.of(address, bytes);
  if (!space) return;
  const bool loads = kind != Kind::write, stores = kind != Kind::read;
  if (*space == Space::global) {
    totals_.loads += loads, totals_.stores += stores;
    totals_.loaded_bytes += loads ? std::int64_t(bytes) : 0, totals_.stored_bytes += stores ? std::int64_t(bytes) : 0;
  }
  log(*space, address, bytes, loads, stores, !(loads && stores), code);
  if (observer && observer->ends_at(*space, address, bytes, code)) {
    make_all_requests();
    fail_reported("the checked run ended here");
  }
}

void Counter::whole(Space space, std::uintptr_t address, std::size_t bytes, bool store, std::uint32_t code) {
  if (space == Space::global && bytes > 0) {
    (store ? totals_.stores : totals_.loads)++;
    (store ? totals_.stored_bytes : totals_.loaded_bytes) += std::int64_t(bytes);
  }
  log(space, address, bytes, !store, store, false, code);
}

void Counter::log(Space space, std::uintptr_t address, std::size_t bytes, bool loads, bool stores, bool plain,
                  std::uint32_t code) {
  if (logged_ >= most_logged) cut_all();
  Thread& thread = threads_[position.thread];
  thread.log.push_back({address, code, no_access, loops_.place(thread.path), std::uint8_t(bytes),
                        space != Space::global, loads, stores, plain});
  logged_++;
}

void Counter::cut_all() {
  totals_.cut_apart = true;
  make_all_requests();
}

void Counter::make_all_requests() {
  for (unsigned warp = 0; warp < living_.size(); ++warp) make_requests(warp);
}

void Counter::barrier(Place where) {
  if (observer) observer->barrier(where);
}

void Counter::warp_operation(const WarpMeeting& meeting) {
  if (!observer) return;
  std::array<std::uint32_t, warp_size> logged{};
  for (std::uint32_t left = meeting.lanes; left; left &= left - 1) {
    const auto lane = std::size_t(std::countr_zero(left));
    logged[lane] = std::uint32_t(threads_[meeting.warp * warp_size + lane].log.size());
  }
  observer->warp_operation(meeting, logged);
}

/// The first request of this instruction in this iteration that lacks the lane, or else a new one.
std::size_t Counter::find_open(const Access& access, std::uint32_t lane, std::size_t likely) {
  std::uint64_t key =
      loops_.iteration(access.place) * 0x9e3779b97f4a7c15u + (std::uint64_t(access.code) << 1 | access.shared);
  for (;; key = key * 0xbf58476d1ce4e5b9u + 1) {
    if (likely >= open_.size() || open_[likely].key != key) {
      const auto [at, is_new] = by_key_.try_emplace(key, open_.size());
      likely = at->second;
      if (is_new) open_.push_back({key, no_access, 0});
    }
    if (!(open_[likely].lanes & lane)) return likely;
  }
}

void Counter::make_requests(unsigned warp) {
  open_.clear();
  by_key_.clear();
  std::optional<Formed> formed;
  if (observer && observer->wants_requests()) formed.emplace(Formed{.warp = warp, .living = living_[warp]});
  const std::size_t first_thread = std::size_t(warp) * warp_size;
  const auto lanes = std::uint32_t(std::min<std::size_t>(threads_.size() - first_thread, warp_size));
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    std::vector<Access>& log = threads_[first_thread + lane].log;
    std::size_t at = std::size_t(-1);
    for (std::uint32_t i = 0; i < log.size(); ++i) {
      at = find_open(log[i], 1u << lane, at + 1);  // most lanes do what the lane before them did, in the same order
      log[i].next = std::exchange(open_[at].first, lane * most_logged + i);
      open_[at].lanes |= 1u << lane;
      if (formed) formed->of_lane[lane].push_back(std::uint32_t(at));
    }
  }
  for (const Open& open : open_) {
    Request request{.lanes = open.lanes};
    for (std::uint32_t at = open.first; at != no_access;) {
      const std::uint32_t lane = at / most_logged;
      const Access& access = threads_[first_thread + lane].log[at % most_logged];
      request.code = access.code;
      request.shared = access.shared;
      request.loads = access.loads, request.stores = access.stores, request.plain = access.plain;
      request.bytes = std::max(request.bytes, access.bytes);
      request.address[lane] = access.address;
      if (access.bytes > 0) {
        request.accessing |= 1u << lane;
        access.shared ? touched_.shared(access.address) : touched_.global(access.address, access.bytes);
      }
      at = access.next;
    }
    const RequestCounts counts = counts_of(request, living_[warp]);
    totals_ += counts;
    by_code_[request.code] += counts;
    if (formed) formed->requests.push_back({request, counts});
    if (fuser) fuser->add(request, living_[warp]);
  }
  if (formed) observer->requests(*formed);
  if (fuser) fuser->warp_meets();
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    std::vector<Access>& log = threads_[first_thread + lane].log;
    logged_ -= log.size();
    log.clear();
  }
}

void Counter::end(Counts& into) {
  make_all_requests();
  into.memory = true;
  into.cut_apart = totals_.cut_apart;
  into.loads = totals_.loads, into.stores = totals_.stores;
  into.loaded_bytes = totals_.loaded_bytes, into.stored_bytes = totals_.stored_bytes;
  static_cast<RequestCounts&>(into) = totals_;
  into.touched_sectors = touched_.sectors();
  into.static_shared_bytes = touched_.static_shared_bytes();

  std::vector<std::uint32_t> codes;
  for (const auto& [code, counts] : by_code_) codes.push_back(code);
  const std::vector<std::string> places = check::full_paths(codes);
  std::map<std::string, RequestCounts> by_place;
  for (std::size_t i = 0; i < codes.size(); ++i) by_place[places[i]] += by_code_[codes[i]];
  for (const auto& [place, counts] : by_place) {
    const auto colon = place.rfind(':');
    const unsigned line = colon == place.npos ? 0 : unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
    into.lines.push_back({counts, check::path_in_project(place), place.substr(0, colon), line});
  }
  std::stable_sort(into.lines.begin(), into.lines.end(), [](const LineCounts& a, const LineCounts& b) {
    return a.sectors + a.bank_conflicts > b.sectors + b.bank_conflicts;
  });
}

constinit thread_local Counter* active = nullptr;

std::uint32_t code_of(const void* return_address) {
  return std::uint32_t(static_cast<const char*>(return_address) - check::program_start());
}

constexpr CounterHooks hooks{
    .begin = [] { active = new Counter; },
    .add_to = [](Counts& counts) { active->end(counts); },
    .end =
        [] {
          active->make_all_requests();  // left by a block that ended in an error
          delete active;
          active = nullptr;
        },
    .launch_begins =
        [] {
          active->launch_begins();
          if (observer) observer->launch_begins();
        },
    .block_begins = [](unsigned threads) { active->block_begins(threads); },
    .warp_meets = [](unsigned warp, std::uint32_t living) { active->warp_meets(warp, living); },
    .whole_access =
        [](WholeAccess kind, const void* address, std::size_t bytes, const void* return_address) {
          active->whole(kind == WholeAccess::global_load ? Space::global : Space::shared, number(address), bytes,
                        kind == WholeAccess::shared_store, code_of(return_address));
        },
    .barrier = [](Place where) { active->barrier(where); },
    .warp_operation = [](const WarpMeeting& meeting) { active->warp_operation(meeting); },
};
[[maybe_unused]] const bool installed = (linked_counter = &hooks, true);

}  // namespace

constinit Observer* observer = nullptr;

void access(const void* address, std::size_t bytes, Kind kind, const void* return_address) {
  // A longer access is the copy of a structure: split into pieces of at most 16 bytes, as aligned as its address is.
  for (std::uintptr_t at = number(address), left = bytes; left > 0;) {
    const std::size_t piece = bytes <= 16 ? bytes : std::min({at & -at, std::bit_floor(left), std::uintptr_t(16)});
    active->access(at, piece, kind, code_of(return_address));
    at += piece, left -= piece;
  }
}

void enter_block(const void* return_address) {
  active->enter(code_of(return_address));
}

}  // namespace gs::simulator::counting
