// memory.cpp - a wide range of addresses, of which only what is asked for is backed by memory.
#include "kernels/sim/textbook/memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>

namespace gs::textbook {
namespace {

constexpr std::size_t page = 64 << 10;               // of any kernel
constexpr std::size_t apart = std::size_t(4) << 30;  // between the starts of two allocations: any 32-bit index of bytes
constexpr std::size_t most_kept = 256;               // freed allocations
constexpr std::size_t fallback_apart = 1 << 20;      // where the address space is limited (ulimit -v)

struct Reservation {
  char* region;
  std::size_t bytes, margin;
};
std::map<const void*, Reservation>& reservations() {
  static auto* reservations = new std::map<const void*, Reservation>;
  return *reservations;
}

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + page - 1) / page * page;
}

}  // namespace

void* reserve(std::size_t bytes) {
  const std::size_t used = rounded_up(bytes + 1);
  if (used < bytes) return nullptr;
  for (const std::size_t margin : {apart, fallback_apart}) {
    const std::size_t whole = used + margin;
    void* const region = mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) continue;
    char* const memory = static_cast<char*>(region) + margin / 2;
    if (mprotect(memory, used, PROT_READ | PROT_WRITE) != 0) {
      munmap(region, whole);
      return nullptr;
    }
    std::memset(memory, 0xff, bytes);
    reservations()[memory] = {static_cast<char*>(region), whole, margin / 2};
    return memory;
  }
  return nullptr;
}

std::size_t margin_of(const void* memory) {
  const auto found = reservations().find(memory);
  return found == reservations().end() ? 0 : found->second.margin;
}

void release(void* memory) {
  const auto found = reservations().find(memory);
  if (found == reservations().end()) return;
  const Reservation released = found->second;
  reservations().erase(found);
  // The addresses stay without memory for a while: what follows a pointer there must not meet another allocation.
  mmap(released.region, released.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  static auto* kept = new std::deque<Reservation>;
  kept->push_back(released);
  if (kept->size() <= most_kept) return;
  munmap(kept->front().region, kept->front().bytes);
  kept->pop_front();
}

}  // namespace gs::textbook
