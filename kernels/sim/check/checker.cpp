// checker.cpp - finds races, reads of unwritten shared memory, accesses outside device memory and accesses before
// dependency_wait().
#include "kernels/sim/check/checker.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/device_ranges.h"
#include "kernels/sim/check/findings.h"
#include "kernels/sim/check/locate.h"
#include "kernels/sim/check/modules.h"
#include "kernels/sim/check/order.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/check/shadow.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/check/ways.h"
#include "kernels/sim/count/counter.h"
#include "kernels/sim/reports.h"
#include "kernels/sim/source.h"
#include "kernels/sim/time_limit.h"

namespace gs::simulator::check {
namespace {

class Checker {
 public:
  void launch_begins(const Launch&);
  void block_begins();
  void block_ends(bool abandoned);
  void warp_synced(unsigned warp, std::uint32_t lanes) { order_.warp_synced(warp, lanes); }
  void fence() { order_.fence(position.thread); }
  void copy_starts(const AsyncCopy&);
  void access(std::uintptr_t address, std::size_t bytes, Kind kind, const void* return_address);
  void collect();
  void enter(const void* return_address);
  std::string parting(unsigned thread, unsigned other, unsigned last_line) const;
  std::pair<std::string, std::string> doing(unsigned thread) const;
  std::optional<Writer> last_writer(std::uintptr_t address);

 private:
  void check_cell(Cell&, std::uintptr_t cell, const Party& now);
  void check_device_memory(std::uintptr_t address, std::size_t bytes, const Party& now);
  bool live(const Access& earlier, const Access& now) const {
    return space_ == Space::shared ? earlier.block == now.block : earlier.block >= first_block_;
  }
  void race(const Party& now, const Party& earlier, std::uintptr_t cell);
  /// The finding of this problem at these places: a new one, or the one before, which more threads then share. Null if
  /// there are too many. `known`: the location, if it is not that of the access that is checked.
  Finding* found(Problem, std::initializer_list<Party>, const Location* known = nullptr);
  /// Ends the kernel, as a GPU would, before the access, which might crash the program.
  [[noreturn]] void end_kernel(const Stray&, const Party& now);
  Location location() const;
  Location location_of(Space, std::uintptr_t address, std::size_t bytes) const;

  static constexpr std::size_t shadow_bytes_between_launches = 256 << 20;
  static constexpr std::size_t most_findings = 1000, no_finding = ~std::size_t(0);

  Shadow shadow_;
  Order order_;
  Ways ways_;
  struct LastRead {
    Space space;
    std::uintptr_t address = 0;  // 0: none
    std::size_t bytes;
    unsigned times;  // one after another
  };
  std::array<LastRead, max_threads_per_block> last_read_{};
  std::uint32_t first_block_ = 1, next_block_ = 1;
  std::uint64_t launches_ = 0;
  Spaces spaces_;
  DeviceRanges device_;
  using Key = std::tuple<Problem, std::uint32_t, std::uint32_t>;
  std::map<Key, std::size_t> seen_;  // the finding; no_finding if there are too many
  std::vector<Finding> findings_;

  // of the access that is checked
  Space space_ = Space::global;
  std::uintptr_t address_ = 0;
  std::size_t bytes_ = 0;

  /// A read of a word of shared memory that its block had not written. If somebody writes it later without waiting,
  /// that race is the mistake; else it is this.
  struct Unwritten {
    Party reader;
    Location location;
  };
  std::map<std::uintptr_t, Unwritten> unwritten_;  // of the running block
};

Checker& checker() {
  static Checker* checker = new Checker;  // never destroyed: reports may be taken during program exit
  return *checker;
}

Kind write_kind(const Access& access) {
  return access.atomic ? Kind::atomic_write : Kind::write;
}
Kind read_kind(const Access& access) {
  return access.atomic ? Kind::atomic_read : Kind::read;
}

void Checker::launch_begins(const Launch& launch) {
  const dim3 grid = launch.geometry.grid;
  const std::uint64_t blocks = std::uint64_t(grid.x) * grid.y * grid.z;
  if (next_block_ + blocks > std::numeric_limits<std::uint32_t>::max()) {
    if (blocks >= std::numeric_limits<std::uint32_t>::max()) throw SimError("the checker cannot number so many blocks");
    shadow_.clear();
    next_block_ = 1;
  }
  ++launches_;
  first_block_ = next_block_;
  next_block_ += std::uint32_t(blocks);
  shadow_.trim(shadow_bytes_between_launches);
  order_.launch_begins();
  spaces_.launch_begins();
  device_.launch_begins();
}

void Checker::access(std::uintptr_t address, std::size_t bytes, Kind kind, const void* return_address) {
  const Position& at = position;
  const std::optional<Space> known = spaces_.of(address, bytes);
  if (!known) return;
  space_ = *known;
  address_ = address;
  bytes_ = bytes;

  Party now{{}, kind};
  now.access.block = first_block_ + std::uint32_t(at.block);
  now.access.code = std::uint32_t(static_cast<const char*>(return_address) - program_start());
  now.access.thread = at.thread;
  now.access.atomic = is_atomic(kind);
  now.access.barriers = at.barriers;
  now.access.clock = order_.clock(at.thread);

  if (space_ == Space::global) {
    if (at.launch->geometry.programmatic && !at.waited) found(Problem::before_wait, {now});
    check_device_memory(address, bytes, now);
  } else if (space_ == Space::beside_shared) {
    const Location location = locate_shared(address, bytes);
    end_kernel({Problem::past_shared,
                location,
                location.element + ", and " + location.array + " has " + std::to_string(location.bytes) + " bytes",
                {}},
               now);
  }
  if (ways_are_kept && kind != Kind::write) {
    LastRead& last = last_read_[at.thread];
    last = {space_, address, bytes, last.address == address ? last.times + 1 : 1};
  }
  if (kind == Kind::atomic_write) order_.atomic(address, now.access, ways_are_kept);
  shadow_.for_cells(address, bytes, [&](Cell& cell, std::uintptr_t at) { check_cell(cell, at, now); });
}

void Checker::copy_starts(const AsyncCopy& copy) {
  shadow_.for_cells(number(copy.to), 4 * std::size_t(copy.words),
                    [](Cell& cell, std::uintptr_t) { cell.write.announced = 1; });
}

void Checker::check_cell(Cell& cell, std::uintptr_t at, const Party& now) {
  const Access& me = now.access;
  const auto conflict = [&](const Access& earlier) {
    return live(earlier, me) && !(earlier.atomic && me.atomic) && !order_.before(earlier, me);
  };
  if (!is_write(now.kind)) {
    if (cell.read.same_moment(me)) return;
    if (conflict(cell.write)) race(now, {cell.write, write_kind(cell.write)}, at);
    if (cell.write.announced && live(cell.write, me)) found(Problem::copy_on_the_way, {now, {cell.write, Kind::write}});
    if (space_ == Space::shared && !live(cell.write, me) && unwritten_.size() < most_findings &&
        !unwritten_.contains(at))
      unwritten_.emplace(at, Unwritten{now, location()});

    Access &first = cell.read, &second = cell.other_read;
    const auto warp = [](const Access& a) { return a.thread / warp_size; };
    if (live(first, me) && first.block != me.block) {
      cell.other_block_read = first;
      first = me;
      second = {};
    } else if (!live(first, me) || order_.before(first, me)) {
      first = me;
    } else if (!live(second, me) || order_.before(second, me) ||
               (warp(second) == warp(first) && warp(me) != warp(first))) {
      second = me;
    }
    return;
  }
  Party mine = now;
  const auto by_me = [&](const Access& read) {
    return live(read, me) && read.block == me.block && read.thread == me.thread;
  };
  // An asynchronous copy writes when it is issued and when it is waited for: that is one write.
  mine.access.again = live(cell.write, me) && (!cell.write.announced || cell.write.again);
  mine.access.has_read = by_me(cell.read) || by_me(cell.other_read);
  if (conflict(cell.write)) race(mine, {cell.write, write_kind(cell.write)}, at);
  for (const Access* read : {&cell.read, &cell.other_read, &cell.other_block_read})
    if (conflict(*read)) race(mine, {*read, read_kind(*read)}, at);
  cell = {};
  cell.write = mine.access;
}

void Checker::race(const Party& now, const Party& earlier, std::uintptr_t at) {
  unwritten_.erase(at);
  const auto warp = [](const Party& party) { return party.access.thread / warp_size; };
  const bool replaces = is_write(now.kind) ? now.access.again : earlier.access.again;
  const bool adds = is_write(now.kind) && is_write(earlier.kind) && now.access.has_read && earlier.access.has_read;
  Finding* const finding = found(Problem::race, {now, earlier});
  if (!finding) return;
  if (!is_atomic(earlier.kind) && !is_atomic(now.kind))  // what a lock protects
    finding->handed_on |= order_.handed_on(earlier.access, now.access);
  if (finding->threads == 1) {
    finding->replaces = replaces;
    finding->adds = adds;
  } else if (now.access.block == earlier.access.block && warp(now) != warp(earlier) &&
             finding->parties[0].access.block == finding->parties[1].access.block &&
             warp(finding->parties[0]) == warp(finding->parties[1])) {
    // Between two warps the mistake is plainer than in one, whose lanes need less to wait for each other.
    finding->parties = {now, earlier};
    finding->location = location();
    finding->replaces = replaces;
  }
}

Location Checker::location() const {
  return location_of(space_, address_, bytes_);
}

Location Checker::location_of(Space space, std::uintptr_t address, std::size_t bytes) const {
  if (space != Space::global) return locate_shared(address, bytes);
  const MemoryRange* const range = device_.at(address);
  return range ? locate_in(*range, address, bytes) : Location();
}

void Checker::block_begins() {
  order_.block_begins();
  if (!ways_are_kept) return;
  ways_.forget();
  last_read_.fill({});
}

void Checker::enter(const void* return_address) {
  ways_.enter(position.thread, std::uint32_t(static_cast<const char*>(return_address) - program_start()));
}

std::string Checker::parting(unsigned thread, unsigned other, unsigned last_line) const {
  const std::uint32_t common = ways_.parting(thread, other);
  return common == 0 ? "" : branch_after(common, last_line);
}

std::pair<std::string, std::string> Checker::doing(unsigned thread) const {
  constexpr unsigned waiting = 1000;  // reads of one word and of no other
  const std::uint32_t code = ways_.last(thread);
  const LastRead& read = last_read_[thread];
  return {code ? full_paths({code}).front() : "",
          read.times > waiting ? location_of(read.space, read.address, read.bytes).element : ""};
}

std::optional<Writer> Checker::last_writer(std::uintptr_t address) {
  Access write;
  shadow_.for_cells(address / 4 * 4, 4, [&](Cell& cell, std::uintptr_t at) {
    if (at <= address) write = cell.write;
  });
  if (write.block == 0) return std::nullopt;
  return Writer{write.code, write.thread, std::int64_t(write.block) - first_block_};
}

void Checker::check_device_memory(std::uintptr_t address, std::size_t bytes, const Party& now) {
  if (device_.hold(address, bytes)) return;
  if (const std::optional<Stray> stray = device_.stray(address, bytes)) end_kernel(*stray, now);
}

void Checker::end_kernel(const Stray& stray, const Party& now) {
  if (Finding* const finding = found(stray.problem, {now}, &stray.location)) {
    finding->detail = stray.detail;
    finding->freed = stray.freed;
  }
  fail_reported(std::string(is_write(now.kind) ? "write" : "read") +
                (stray.problem == Problem::past_shared ? " outside a shared array at " : " outside device memory at ") +
                source_lines({now.access.code}).front() + ": " + stray.detail);
}

Finding* Checker::found(Problem problem, std::initializer_list<Party> parties, const Location* known) {
  const Party &now = *parties.begin(), &earlier = *std::prev(parties.end());
  const auto [first, last] = std::minmax(now.access.code, earlier.access.code);
  const auto [at, is_new] = seen_.try_emplace({problem, first, last}, findings_.size());
  if (is_new && findings_.size() >= most_findings) at->second = no_finding;
  if (at->second == no_finding) return nullptr;
  if (is_new) {
    const Launch& launch = *position.launch;
    findings_.push_back({.problem = problem,
                         .space = space_,
                         .kernel = std::string(launch.kernel),
                         .launched_at = to_string(launch.geometry.where),
                         .grid = launch.geometry.grid,
                         .block = launch.geometry.block,
                         .launch = launches_,
                         .first_block = first_block_,
                         .parties = parties,
                         .location = known ? *known : location(),
                         .threads = 0});
  }
  Finding& finding = findings_[at->second];
  if (finding.threads == 0 || finding.last_thread != now.access.thread) ++finding.threads;
  finding.last_thread = now.access.thread;
  return &finding;
}

void Checker::block_ends(bool abandoned) {
  space_ = Space::shared;
  if (abandoned) unwritten_.clear();  // others might have written it later
  for (auto& [address, unwritten] : unwritten_) found(Problem::uninitialised, {unwritten.reader}, &unwritten.location);
  unwritten_.clear();
}

void Checker::collect() {
  for (Report& report : describe(findings_)) add_report(std::move(report));
  findings_.clear();
  seen_.clear();
}

constexpr CheckerHooks hooks{
    .launch_begins = [](const Launch& launch) { checker().launch_begins(launch); },
    .block_begins = [] { checker().block_begins(); },
    .block_ends = [](bool abandoned) { checker().block_ends(abandoned); },
    .warp_synced = [](unsigned warp, std::uint32_t lanes) { checker().warp_synced(warp, lanes); },
    .fence = [] { checker().fence(); },
    .copy_starts = [](const AsyncCopy& copy) { checker().copy_starts(copy); },
    .collect = [] { checker().collect(); },
    .parting = [](unsigned thread, unsigned other, unsigned line) { return checker().parting(thread, other, line); },
    .doing = [](unsigned thread) { return checker().doing(thread); },
    .module_loaded = &note_module,
};
[[maybe_unused]] const bool installed = (checker_hooks = &hooks, true);

constexpr std::uint32_t turn = 100000;  // basic blocks of one thread, after which the others have their turn

}  // namespace

void enter_block(const void* return_address) {
  if (time_is_up && !in_kernel()) end_of_time(return_address);
  if (!position.observed) return;
  if (!counter && !ways_are_kept && ++position.steps < turn) return;  // most often
  position.observed = false;
  if (counter)
    counting::enter_block(return_address);
  else if (ways_are_kept)
    checker().enter(return_address);
  if (time_is_up) end_of_time(return_address);
  if (!counter && (ways_are_kept ? ++position.steps : position.steps) >= turn) take_turns();
  position.observed = true;
}

std::optional<Writer> last_writer(const void* address) {
  return checker().last_writer(number(address));
}

void access(const void* address, std::size_t bytes, Kind kind, const void* return_address) {
  if (!position.observed) return;
  position.observed = false;  // the checker's own accesses are not checked, see Position::observed
  if (counter)
    counting::access(address, bytes, kind, return_address);
  else
    checker().access(number(address), bytes, kind, return_address);
  position.observed = true;
}

}  // namespace gs::simulator::check
