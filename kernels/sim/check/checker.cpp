// checker.cpp - finds races, reads of unwritten shared memory, accesses outside device memory and accesses before
// dependency_wait().
#include "kernels/sim/check/checker.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/findings.h"
#include "kernels/sim/check/order.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/check/shadow.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/count/counter.h"
#include "kernels/sim/reports.h"

namespace gs::simulator::check {
namespace {

class Checker {
 public:
  void launch_begins(const Launch&);
  void block_begins() { order_.block_begins(); }
  void warp_synced(unsigned warp, std::uint32_t lanes) { order_.warp_synced(warp, lanes); }
  void fence() { order_.fence(position.thread); }
  void access(std::uintptr_t address, std::size_t bytes, Kind kind, const void* return_address);
  void collect();

 private:
  void check_cell(Cell&, Space, const Party& now);
  void check_device_memory(std::uintptr_t address, std::size_t bytes, const Party& now);
  bool live(const Access& earlier, Space space, const Access& now) const {
    return space == Space::shared ? earlier.block == now.block : earlier.block >= first_block_;
  }
  /// Keeps the finding, unless the same problem at the same places was kept before.
  void found(Problem, Space, std::vector<Party>, std::string detail = "");

  static constexpr std::size_t shadow_bytes_between_launches = 256 << 20;
  static constexpr std::size_t most_findings = 1000;

  Shadow shadow_;
  Order order_;
  std::uint32_t first_block_ = 1, next_block_ = 1;
  Spaces spaces_;
  std::vector<MemoryRange> device_memory_;  // sorted; a copy made at the launch
  std::size_t recent_range_ = 0;
  std::uint64_t registry_version_ = std::numeric_limits<std::uint64_t>::max();
  std::set<std::tuple<Problem, std::uint32_t, std::uint32_t>> seen_;
  std::vector<Finding> findings_;
};

Checker& checker() {
  static Checker* checker = new Checker;  // never destroyed: reports may be taken during program exit
  return *checker;
}

bool is_write(Kind kind) {
  return kind == Kind::write || kind == Kind::atomic_write;
}
bool is_atomic(Kind kind) {
  return kind == Kind::atomic_read || kind == Kind::atomic_write;
}
Kind write_kind(const Access& access) {
  return access.atomic ? Kind::atomic_write : Kind::write;
}
Kind read_kind(const Access& access) {
  return access.atomic ? Kind::atomic_read : Kind::read;
}

std::uintptr_t number(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p);
}

void Checker::launch_begins(const Launch& launch) {
  const dim3 grid = launch.geometry.grid;
  const std::uint64_t blocks = std::uint64_t(grid.x) * grid.y * grid.z;
  if (next_block_ + blocks > std::numeric_limits<std::uint32_t>::max()) {
    if (blocks >= std::numeric_limits<std::uint32_t>::max()) throw SimError("the checker cannot number so many blocks");
    shadow_.clear();
    next_block_ = 1;
  }
  first_block_ = next_block_;
  next_block_ += std::uint32_t(blocks);
  shadow_.trim(shadow_bytes_between_launches);
  order_.launch_begins();
  spaces_.launch_begins();
  if (registry_version_ != registry_version()) {
    registry_version_ = registry_version();
    device_memory_ = registered_memory();
    recent_range_ = 0;
  }
}

void Checker::access(std::uintptr_t address, std::size_t bytes, Kind kind, const void* return_address) {
  const Position& at = position;
  const std::optional<Space> known = spaces_.of(address);
  if (!known) return;
  const Space space = *known;

  Party now{{}, kind};
  now.access.block = first_block_ + std::uint32_t(at.block);
  now.access.code = std::uint32_t(static_cast<const char*>(return_address) - program_start());
  now.access.thread = at.thread;
  now.access.atomic = is_atomic(kind);
  now.access.barriers = at.barriers;
  now.access.clock = order_.clock(at.thread);

  if (space == Space::global) {
    if (at.launch->geometry.programmatic && !at.waited) found(Problem::before_wait, space, {now});
    check_device_memory(address, bytes, now);
  }
  if (kind == Kind::atomic_write) order_.atomic(address, now.access);
  shadow_.for_cells(address, bytes, [&](Cell& cell) { check_cell(cell, space, now); });
}

void Checker::check_cell(Cell& cell, Space space, const Party& now) {
  const Access& me = now.access;
  const auto conflict = [&](const Access& earlier) {
    return live(earlier, space, me) && !(earlier.atomic && me.atomic) && !order_.before(earlier, me);
  };
  if (!is_write(now.kind)) {
    if (cell.read.same_moment(me)) return;
    if (conflict(cell.write)) found(Problem::race, space, {now, {cell.write, write_kind(cell.write)}});
    if (space == Space::shared && !live(cell.write, space, me)) found(Problem::uninitialised, space, {now});

    Access &first = cell.read, &second = cell.other_read;
    const auto warp = [](const Access& a) { return a.thread / warp_size; };
    if (live(first, space, me) && first.block != me.block) {
      cell.other_block_read = first;
      first = me;
      second = {};
    } else if (!live(first, space, me) || order_.before(first, me)) {
      first = me;
    } else if (!live(second, space, me) || order_.before(second, me) ||
               (warp(second) == warp(first) && warp(me) != warp(first))) {
      second = me;
    }
    return;
  }
  if (conflict(cell.write)) found(Problem::race, space, {now, {cell.write, write_kind(cell.write)}});
  for (const Access* read : {&cell.read, &cell.other_read, &cell.other_block_read})
    if (conflict(*read)) found(Problem::race, space, {now, {*read, read_kind(*read)}});
  cell = {};
  cell.write = me;
}

void Checker::check_device_memory(std::uintptr_t address, std::size_t bytes, const Party& now) {
  const auto holds = [&](const MemoryRange& range) { return address >= range.begin && address + bytes <= range.end; };
  if (recent_range_ < device_memory_.size() && holds(device_memory_[recent_range_])) return;
  auto above = std::upper_bound(device_memory_.begin(), device_memory_.end(), address,
                                [](std::uintptr_t a, const MemoryRange& range) { return a < range.begin; });
  if (above != device_memory_.begin()) {
    const MemoryRange& below = *std::prev(above);
    if (holds(below)) {
      recent_range_ = std::size_t(&below - device_memory_.data());
      return;
    }
  }
  constexpr std::uintptr_t near = 1 << 20;
  std::string detail = "the address is not in device memory; a host pointer?";
  if (above != device_memory_.begin() && address + bytes - std::prev(above)->end <= near) {
    const MemoryRange& below = *std::prev(above);
    detail = std::to_string(address + bytes - below.end) + " bytes past the end of device memory of " +
             std::to_string(below.end - below.begin) + " bytes";
  } else if (above != device_memory_.end() && above->begin - address <= near) {
    detail = std::to_string(above->begin - address) + " bytes before the start of device memory of " +
             std::to_string(above->end - above->begin) + " bytes";
  }
  found(Problem::not_device_memory, Space::global, {now}, detail);
  // A GPU ends the kernel, too. Fails before the access, which might crash the program.
  fail(std::string(is_write(now.kind) ? "write" : "read") + " outside device memory at " +
       source_lines({now.access.code}).front() + ": " + detail);
}

void Checker::found(Problem problem, Space space, std::vector<Party> parties, std::string detail) {
  const std::uint32_t first = parties.front().access.code, last = parties.back().access.code;
  if (!seen_.insert({problem, std::min(first, last), std::max(first, last)}).second) return;
  if (findings_.size() >= most_findings) return;
  const Launch& launch = *position.launch;
  findings_.push_back({problem, space, std::string(launch.kernel), to_string(launch.geometry.where), std::move(detail),
                       launch.geometry.grid, launch.geometry.block, first_block_, std::move(parties)});
}

void Checker::collect() {
  for (Report& report : describe(findings_)) add_report(std::move(report));
  findings_.clear();
  seen_.clear();
}

constexpr CheckerHooks hooks{
    .launch_begins = [](const Launch& launch) { checker().launch_begins(launch); },
    .block_begins = [] { checker().block_begins(); },
    .warp_synced = [](unsigned warp, std::uint32_t lanes) { checker().warp_synced(warp, lanes); },
    .fence = [] { checker().fence(); },
    .collect = [] { checker().collect(); },
};
[[maybe_unused]] const bool installed = (checker_hooks = &hooks, true);

}  // namespace

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
