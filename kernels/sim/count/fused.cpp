// fused.cpp - requests wait in groups until their piece of memory is full or the warp meets.
#include "kernels/sim/count/fused.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <utility>

#include "kernels/sim/check/places.h"

namespace gs::simulator::counting {

constinit thread_local Fuser* fuser = nullptr;

namespace {

constexpr std::uint64_t most_apart = 64;  // requests, for a guess
constexpr std::size_t most_groups = 256, most_pending = 4096;
constexpr unsigned widest = 16;

std::size_t kind_of(const Request& request) {
  return (request.shared ? 2 : 0) + (request.stores ? 1 : 0);
}

std::int64_t turns_of(const Request& request) {
  return request.shared ? least_turns(request) : 0;
}

unsigned bits(unsigned offset, unsigned bytes) {
  return ((1u << bytes) - 1) << offset;
}

/// The lanes' common place in aligned pieces of `piece` bytes; -1 if there is none.
int offset_in(const Request& request, unsigned piece) {
  const std::uintptr_t offset = request.address[std::countr_zero(request.accessing)] % piece;
  for (std::uint32_t left = request.accessing; left; left &= left - 1)
    if (request.address[std::countr_zero(left)] % piece != offset) return -1;
  return int(offset);
}

/// The largest piece of up to `most` bytes in which all lanes are at the same place; the request's own size if there is
/// none.
unsigned piece_of(const Request& request, unsigned most) {
  for (unsigned piece = most; piece > request.bytes; piece /= 2)
    if (const int offset = offset_in(request, piece); offset >= 0 && unsigned(offset) % request.bytes == 0)
      return piece;
  return request.bytes;
}

}  // namespace

Fuser::Fuser(Widths widths) : widths_(std::move(widths)) {
  fuser = this;
}

Fuser::~Fuser() {
  fuser = nullptr;
}

void Fuser::add(const Request& request, std::uint32_t living) {
  pending_.push_back({request, living});
  if (pending_.size() >= most_pending) process_pending();
}

void Fuser::warp_meets() {
  process_pending();
  for (const Group& group : groups_) close(group);
  groups_.clear();
  ++phase_;
}

/// Looks up the lines of all waiting requests at once: each look-up starts a program.
void Fuser::find_lines() {
  std::vector<std::uint32_t> codes;
  for (const Pending& pending : pending_)
    if (line_by_code_.try_emplace(pending.request.code, 0).second) codes.push_back(pending.request.code);
  if (codes.empty()) return;
  const std::vector<std::string> places = check::full_paths(codes);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto colon = places[i].rfind(':');
    Line line{.file = places[i].substr(0, colon)};
    if (colon != std::string::npos) line.number = unsigned(std::strtoul(places[i].c_str() + colon + 1, nullptr, 10));
    const auto same = std::find_if(lines_.begin(), lines_.end(), [&](const Line& other) {
      return other.file == line.file && other.number == line.number;
    });
    line_by_code_[codes[i]] = std::size_t(same - lines_.begin());
    if (same != lines_.end()) continue;
    for (std::size_t kind = 0; widths_ && kind < 4; ++kind)
      line.widths[kind] = widths_(line.file, line.number, kind / 2 == 1, kind % 2 == 1);
    lines_.push_back(std::move(line));
  }
}

void Fuser::process_pending() {
  find_lines();
  for (const Pending& pending : pending_) process(pending.request, pending.living);
  pending_.clear();
}

void Fuser::process(const Request& request, std::uint32_t living) {
  const std::size_t line = line_by_code_[request.code], kind = kind_of(request);
  lines_[line].written += counts_of(request, living);
  lines_[line].turns_written += turns_of(request);
  ++requests_;
  if (!request.plain || request.accessing == 0) {
    lines_[line].fused += counts_of(request, living);
    lines_[line].turns_fused += turns_of(request);
    return;
  }
  unsigned most = widest;
  if (widths_) {
    const unsigned widths = lines_[line].widths[kind];
    if (widths == 0) {
      if (join(request, kind, line, true)) return;
      lines_[line].certain = false;
      return make(request, living, kind, line);
    }
    most = std::bit_floor(widths);
  } else {
    look_at_start(request, line);
    if (request.bytes < 4) most = request.bytes;  // nvcc does not fuse bytes
    close_oldest();
  }
  if (request.bytes > most) return split(request, living, kind, line, most);
  if (join(request, kind, line, false)) return;
  const unsigned piece = piece_of(request, most);
  if (piece > request.bytes)
    open(request, living, kind, line, piece);
  else
    make(request, living, kind, line);
}

/// A compiler knows the alignment of an instruction's first address only if it is the same in all warps.
void Fuser::look_at_start(const Request& request, std::size_t line) {
  const unsigned piece = piece_of(request, widest);
  const auto [at, is_new] =
      starts_.try_emplace(request.code, Start{piece, unsigned(offset_in(request, piece)), phase_});
  Start& start = at->second;
  if (is_new || start.phase == phase_) return;
  start.phase = phase_;
  if (start.piece != piece || start.offset != unsigned(offset_in(request, piece))) lines_[line].aligned = false;
}

bool Fuser::join(const Request& request, std::size_t kind, std::size_t line, bool any_line) {
  for (std::size_t i = groups_.size(); i-- > 0;) {
    Group& group = groups_[i];
    const unsigned piece = group.request.bytes;
    if (group.kind != kind || (!any_line && group.line != line) || group.request.lanes != request.lanes ||
        group.request.accessing != request.accessing || request.bytes >= piece)
      continue;
    const int offset = offset_in(request, piece);
    if (offset < 0 || unsigned(offset) % request.bytes != 0) continue;
    bool same = true;
    for (std::uint32_t left = request.accessing; left && same; left &= left - 1) {
      const int lane = std::countr_zero(left);
      same = request.address[lane] - std::uintptr_t(offset) == group.request.address[lane];
    }
    if (!same) continue;
    const unsigned covers = bits(unsigned(offset), request.bytes);
    if (group.covered & covers) {  // the same bytes again: another instruction
      close(group);
      groups_.erase(groups_.begin() + std::ptrdiff_t(i));
      return false;
    }
    group.covered |= covers;
    group.members.push_back({unsigned(offset), request.bytes, line});
    group.last = requests_;
    if (group.covered == bits(0, piece)) {
      close(group);
      groups_.erase(groups_.begin() + std::ptrdiff_t(i));
    }
    return true;
  }
  return false;
}

void Fuser::open(const Request& request, std::uint32_t living, std::size_t kind, std::size_t line, unsigned piece) {
  const auto offset = unsigned(offset_in(request, piece));
  Group group{request, living, kind, line, bits(offset, request.bytes), {{offset, request.bytes, line}}, requests_};
  group.request.bytes = std::uint8_t(piece);
  for (std::uint32_t left = request.accessing; left; left &= left - 1)
    group.request.address[std::countr_zero(left)] -= offset;
  if (groups_.size() >= most_groups) {
    close(groups_.front());
    groups_.erase(groups_.begin());
  }
  groups_.push_back(std::move(group));
}

void Fuser::split(const Request& request, std::uint32_t living, std::size_t kind, std::size_t line, unsigned bytes) {
  Request part = request;
  part.bytes = std::uint8_t(bytes);
  for (unsigned offset = 0; offset < request.bytes; offset += bytes) {
    make(part, living, kind, line);
    for (std::uint32_t left = part.accessing; left; left &= left - 1) part.address[std::countr_zero(left)] += bytes;
  }
}

void Fuser::close(const Group& group) {
  close_part(group, 0, group.request.bytes);
}

/// One instruction if all of the part is there; else what its halves give.
void Fuser::close_part(const Group& group, unsigned offset, unsigned bytes) {
  const unsigned there = group.covered & bits(offset, bytes);
  if (there == 0) return;
  if (there != bits(offset, bytes)) {
    close_part(group, offset, bytes / 2);
    close_part(group, offset + bytes / 2, bytes / 2);
    return;
  }
  const auto first = std::find_if(group.members.begin(), group.members.end(), [&](const Member& member) {
    return member.offset < offset + bytes && offset < member.offset + member.bytes;
  });
  Request request = group.request;
  request.bytes = std::uint8_t(bytes);
  for (std::uint32_t left = request.accessing; left; left &= left - 1)
    request.address[std::countr_zero(left)] += offset;
  make(request, group.living, group.kind, first->line);
}

void Fuser::close_oldest() {
  std::erase_if(groups_, [&](const Group& group) {
    if (requests_ - group.last <= most_apart) return false;
    close(group);
    return true;
  });
}

void Fuser::make(const Request& request, std::uint32_t living, std::size_t kind, std::size_t line) {
  lines_[line].fused += counts_of(request, living);
  lines_[line].turns_fused += turns_of(request);
  lines_[line].made[kind] |= request.bytes;
}

std::vector<FusedLine> Fuser::take() {
  warp_meets();
  std::vector<FusedLine> result;
  for (Line& line : lines_) {
    FusedLine fused{line.aligned ? line.fused : line.written,
                    line.file,
                    line.number,
                    line.aligned ? line.turns_fused : line.turns_written,
                    line.turns_written,
                    line.certain};
    for (std::size_t kind = 0; widths_ && kind < 4; ++kind)
      fused.certain = fused.certain && (line.made[kind] == 0 || line.made[kind] == line.widths[kind]);
    result.push_back(std::move(fused));
  }
  lines_.clear();
  line_by_code_.clear();
  starts_.clear();
  return result;
}

}  // namespace gs::simulator::counting
