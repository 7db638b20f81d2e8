// counts.cpp - switches counting on and off; counts launches, which needs no instrumented kernels.
#include "kernels/sim/counts.h"

#include "kernels/common/check.h"
#include "kernels/sim/counter_hooks.h"
#include "kernels/sim/simulator.h"

namespace gs::simulator {

constinit const CounterHooks* linked_counter = nullptr;
constinit thread_local const CounterHooks* counter = nullptr;

namespace {
constinit thread_local Counts* counted = nullptr;

/// This OS thread counts during its lifetime.
class Counting {
 public:
  explicit Counting(Counts& counts) : random_order_(options().random_order) {
    require(counted == nullptr, "the simulator is counting already");
    if (linked_counter) linked_counter->begin();
    options().random_order = false;  // a warp's lanes run one after another, so few accesses are kept
    counted = &counts;
    counter = linked_counter;
  }
  ~Counting() {
    if (counter) counter->end();
    counter = nullptr;
    counted = nullptr;
    options().random_order = random_order_;
  }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;

 private:
  bool random_order_;
};

}  // namespace

RequestCounts& RequestCounts::operator+=(const RequestCounts& o) {
  requests += o.requests;
  sectors += o.sectors;
  wasted_sectors += o.wasted_sectors;
  shared_requests += o.shared_requests;
  bank_conflicts += o.bank_conflicts;
  divergent_requests += o.divergent_requests;
  return *this;
}

Counts count(const std::function<void()>& calls) {
  Counts counts;
  {
    const Counting counting(counts);
    calls();
    if (counter) counter->add_to(counts);
  }
  return counts;
}

bool counts_memory() {
  return linked_counter != nullptr;
}

void note_counted(std::string_view kernel, dim3 grid, dim3 block, std::size_t shared_bytes, std::uint64_t barriers) {
  if (!counted) return;
  const std::int64_t blocks = std::int64_t(grid.x) * grid.y * grid.z;
  counted->launches.push_back({std::string(kernel), grid, block, shared_bytes, std::int64_t(barriers)});
  counted->blocks += blocks;
  counted->threads += blocks * block.x * block.y * block.z;
  counted->barriers += std::int64_t(barriers);
}

}  // namespace gs::simulator
