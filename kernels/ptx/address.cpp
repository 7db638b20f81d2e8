// address.cpp - checks all lanes at once by their lowest and highest address; looks for the faulty lane only if that
// fails.
#include "kernels/ptx/address.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

bool inside(const Region& region, std::uint64_t begin, std::uint64_t bytes) {
  return begin >= region.begin && begin <= region.end && bytes <= region.end - begin;  // no sum that could wrap
}

/// The region that holds [begin, begin + bytes), or null. A linear search suffices: regions are few (some dozens), and
/// most accesses fall into the region that their instruction accessed before.
const Region* region_with(const Launch& launch, std::uint64_t begin, std::uint64_t bytes) {
  for (const auto* regions : {&launch.memory, &launch.module->globals})
    for (const Region& region : *regions)
      if (inside(region, begin, bytes)) return &region;
  return nullptr;
}

struct Checker {
  Warp& w;
  const Instruction& i;
  const std::uint64_t (&address)[32];  ///< inactive lanes repeat the address of an active one
  std::uint32_t mask;
  unsigned bytes, alignment;

  /// Calls wrong(lane), which throws, for the first lane whose address is not right().
  template <class Right, class Wrong>
  void each(Right&& right, Wrong&& wrong) const {
    for_lanes(mask, [&](unsigned l) {
      if (!right(address[l])) wrong(l);
    });
  }
  void aligned() const {
    std::uint64_t low_bits = 0;
    for (const std::uint64_t a : address) low_bits |= a;
    if ((low_bits & (alignment - 1)) == 0) return;
    each([&](std::uint64_t a) { return (a & (alignment - 1)) == 0; },
         [&](unsigned l) {
           fail(w, i, l,
                "address " + hex(address[l]) + " is not a multiple of the " + std::to_string(alignment) +
                    " bytes of the access");
         });
  }
  std::uint64_t highest() const {
    std::uint64_t found = address[0];
    for (const std::uint64_t a : address) found = std::max(found, a);
    return found;
  }
  /// For a space whose addresses begin at 0.
  void below(std::uint64_t size, const char* what) const {
    if (highest() <= size && highest() + bytes <= size) return;
    each([&](std::uint64_t a) { return a <= size && a + bytes <= size; },
         [&](unsigned l) {
           fail(w, i, l,
                "address " + hex(address[l]) + " is outside of " + what + ", which has " + hex(size) + " bytes");
         });
  }
  void in_global_memory() const {
    std::uint64_t lowest = address[0];
    for (const std::uint64_t a : address) lowest = std::min(lowest, a);
    Region& latest = w.block->region_of[std::size_t(&i - w.block->launch->kernel->code.data())];
    if (lowest >= latest.begin && inside(latest, highest(), bytes)) return;
    for_lanes(mask, [&](unsigned l) {
      if (inside(latest, address[l], bytes)) return;
      const Region* const found = region_with(*w.block->launch, address[l], bytes);
      if (!found) fail(w, i, l, "address " + hex(address[l]) + " is not in device memory");
      latest = *found;
    });
  }
};

/// True if all bytes have been written and no copy to them is pending.
bool all_written(const SharedByte* state, unsigned bytes) {
  constexpr auto written = std::uint32_t(SharedByte::written) * 0x01010101u;
  if (bytes % 4 != 0) return std::all_of(state, state + bytes, [](SharedByte b) { return b == SharedByte::written; });
  for (unsigned b = 0; b < bytes; b += 4) {
    std::uint32_t four;
    std::memcpy(&four, state + b, sizeof four);
    if (four != written) return false;
  }
  return true;
}

/// Fails if a byte to be read was never written or has a pending copy.
void check_state(Warp& w, const Instruction& i, unsigned lane, SharedByte* state, unsigned bytes) {
  for (unsigned b = 0; b < bytes; ++b) {
    if (state[b] == SharedByte::never_written) fail(w, i, lane, "reads shared memory that was never written");
    if (state[b] == SharedByte::copy_in_flight)
      fail(w, i, lane, "reads shared memory before the asynchronous copy to it was waited for");
  }
}
void note_shared(Warp& w, const Instruction& i, unsigned lane, std::byte* at, unsigned bytes, Access access) {
  SharedByte* const state = shared_state(*w.block, at);
  if (all_written(state, bytes)) return;
  if (access == Access::read) return check_state(w, i, lane, state, bytes);
  if (std::find(state, state + bytes, SharedByte::copy_in_flight) != state + bytes)
    fail(w, i, lane, "writes shared memory before the asynchronous copy to it was waited for");
  std::fill_n(state, bytes, SharedByte::written);
}

/// A generic address lies in shared memory, the lane's local memory, the parameters (read only) or global memory.
void check_generic(Warp& w, const Instruction& i, unsigned lane, std::uint64_t address, unsigned bytes, Access access) {
  const Block& block = *w.block;
  const auto shared = std::uint64_t(block.shared);
  const auto local = std::uint64_t(w.local) + std::uint64_t(lane) * w.local_stride;
  if (inside({shared, shared + block.shared_bytes}, address, bytes))
    return note_shared(w, i, lane, reinterpret_cast<std::byte*>(address), bytes, access);
  if (inside({local, local + block.launch->kernel->local_bytes}, address, bytes)) return;
  const auto parameters = std::uint64_t(block.launch->parameters.data());
  if (inside({parameters, parameters + block.launch->kernel->parameter_bytes}, address, bytes)) {
    if (access == Access::write) fail(w, i, lane, "writes a parameter of the kernel");
    return;
  }
  if (!region_with(*block.launch, address, bytes))
    fail(w, i, lane,
         "address " + hex(address) + " is neither in device memory nor in the thread's shared or local memory");
}

}  // namespace

SharedByte* shared_state(Block& block, const std::byte* at) {
  return block.shared_state.data() + (at - block.shared);
}

Addresses checked_addresses(Warp& w, const Instruction& i, std::uint32_t mask, const AddressOperand& operand,
                            unsigned bytes, Access access, unsigned alignment) {
  std::uint64_t address[32];
  if (operand.wide) {
    const auto* const base = w.lanes<std::uint64_t>(operand.reg);
    for (unsigned l = 0; l < 32; ++l) address[l] = base[l] + std::uint64_t(operand.displacement);
  } else {
    const auto* const base = w.lanes<std::uint32_t>(operand.reg);
    for (unsigned l = 0; l < 32; ++l) address[l] = std::uint32_t(base[l] + std::uint32_t(operand.displacement));
  }
  if (mask != all_lanes) {
    const std::uint64_t of_first = address[std::countr_zero(mask)];
    for (unsigned l = 0; l < 32; ++l) address[l] = (mask >> l & 1) != 0 ? address[l] : of_first;
  }
  const Checker check{w, i, address, mask, bytes, alignment > 0 ? alignment : bytes};
  check.aligned();
  const Kernel& kernel = *w.block->launch->kernel;
  std::uint64_t begin = 0, stride = 0;
  switch (operand.space) {
    case Space::global:
    case Space::constant:
      check.in_global_memory();
      break;
    case Space::generic:
      for_lanes(mask, [&](unsigned l) { check_generic(w, i, l, address[l], bytes, access); });
      break;
    case Space::shared:
      check.below(w.block->shared_bytes, "shared memory");
      begin = std::uint64_t(w.block->shared);
      for_lanes(mask, [&](unsigned l) { note_shared(w, i, l, w.block->shared + address[l], bytes, access); });
      break;
    case Space::local:
      check.below(kernel.local_bytes, "local memory");
      begin = std::uint64_t(w.local), stride = w.local_stride;
      break;
    case Space::param:
      check.below(kernel.parameter_bytes, "the parameters");
      begin = std::uint64_t(w.block->launch->parameters.data());
      break;
    case Space::call_param:
      check.below(kernel.call_bytes, "the parameters of a call");
      begin = std::uint64_t(w.call_parameters), stride = w.call_stride;
      break;
  }
  Addresses result;
  for (unsigned l = 0; l < 32; ++l) result.of[l] = reinterpret_cast<std::byte*>(begin + l * stride + address[l]);
  return result;
}

}  // namespace gs::ptx
