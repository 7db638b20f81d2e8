// request.cpp - sectors and banks.
#include "kernels/sim/count/request.h"

#include <algorithm>
#include <array>
#include <bit>

namespace gs::simulator::counting {
namespace {

/// Distinct units of `unit` bytes that some lanes touch, sorted. An unaligned access of 16 bytes touches five words.
struct Units {
  std::array<std::uintptr_t, 32 * 5> of;
  int size = 0;
  Units(const Request& request, std::uint32_t lanes, std::uintptr_t unit) {
    for (std::uint32_t left = request.accessing & lanes; left; left &= left - 1) {
      const std::uintptr_t at = request.address[std::countr_zero(left)];
      for (std::uintptr_t u = at / unit; u <= (at + request.bytes - 1) / unit; ++u)
        if (size == 0 || of[std::size_t(size) - 1] != u) of[std::size_t(size++)] = u;
    }
    const auto end = of.begin() + size;
    if (!std::is_sorted(of.begin(), end)) std::sort(of.begin(), end);
    size = int(std::unique(of.begin(), end) - of.begin());
  }
};

/// Lanes that are served together.
int lanes_together(const Request& request) {
  return request.bytes <= 4 ? 32 : request.bytes <= 8 ? 16 : 8;
}

}  // namespace

int sectors(const Request& request) {
  return Units(request, ~0u, 32).size;
}

int ideal_sectors(const Request& request) {
  return (std::popcount(request.accessing) * request.bytes + 31) / 32;
}

int bank_conflicts(const Request& request) {
  const int group = lanes_together(request);
  int extra = 0;
  for (int first = 0; first < 32; first += group) {
    const Units words(request, (group == 32 ? ~0u : (1u << group) - 1) << first, 4);
    std::array<int, 32> turns{};
    int most = 0;
    for (int i = 0; i < words.size; ++i) most = std::max(most, ++turns[words.of[std::size_t(i)] % 32]);
    extra += std::max(most - 1, 0);
  }
  return extra;
}

int least_turns(const Request& request) {
  const int group = lanes_together(request);
  int turns = 0;
  for (int first = 0; first < 32; first += group)
    turns += (request.accessing >> first & (group == 32 ? ~0u : (1u << group) - 1)) != 0;
  return turns;
}

RequestCounts counts_of(const Request& request, std::uint32_t living) {
  RequestCounts counts;
  if (request.accessing == 0) return counts;
  if (request.shared) {
    counts.shared_requests = 1;
    counts.bank_conflicts = bank_conflicts(request);
  } else {
    counts.requests = 1;
    counts.sectors = sectors(request);
    counts.wasted_sectors = std::max<std::int64_t>(0, counts.sectors - ideal_sectors(request));
  }
  counts.divergent_requests = request.lanes != living;
  return counts;
}

}  // namespace gs::simulator::counting
