// grid.cpp - memory and barriers of blocks; runs a grid's blocks on OpenMP's threads.
#include <omp.h>

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "kernels/ptx/counts.h"
#include "kernels/ptx/lanes.h"
#include "kernels/ptx/latency.h"
#include "kernels/ptx/timeline.h"
#include "kernels/ptx/warp.h"

namespace gs::ptx {
namespace {

constexpr std::size_t line_bytes = 64;  // a vector register

std::size_t padded(std::size_t bytes) {
  return (bytes + line_bytes - 1) / line_bytes * line_bytes;
}

/// Memory aligned to line_bytes.
class Buffer {
 public:
  void resize(std::size_t bytes) { memory_.resize(bytes + line_bytes); }
  std::byte* data() {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.data());
    return memory_.data() + ((begin + line_bytes - 1) / line_bytes * line_bytes - begin);
  }

 private:
  std::vector<std::byte> memory_;
};

std::uint32_t special_value(Special which, const Launch& launch, Dim3 block_index, unsigned thread) {
  const Dim3 b = launch.block, g = launch.grid;
  const unsigned lane = thread % 32;
  switch (which) {
    using enum Special;
    case tid_x:
      return thread % b.x;
    case tid_y:
      return thread / b.x % b.y;
    case tid_z:
      return thread / b.x / b.y;
    case ntid_x:
      return b.x;
    case ntid_y:
      return b.y;
    case ntid_z:
      return b.z;
    case ctaid_x:
      return block_index.x;
    case ctaid_y:
      return block_index.y;
    case ctaid_z:
      return block_index.z;
    case nctaid_x:
      return g.x;
    case nctaid_y:
      return g.y;
    case nctaid_z:
      return g.z;
    case laneid:
      return lane;
    case lanemask_eq:
      return 1u << lane;
    case lanemask_lt:
      return (1u << lane) - 1;
    case lanemask_le:
      return (2u << lane) - 1;
    case lanemask_gt:
      return ~((2u << lane) - 1);
    case lanemask_ge:
      return ~((1u << lane) - 1);
    case dynamic_smem_size:
      return launch.dynamic_shared_bytes;
  }
  return 0;
}

void fill_constants(Warp& w, const Kernel& kernel) {
  for (const Kernel::Constant& c : kernel.constants) switch (c.bits) {
      case 1:
        w.predicate(c.offset) = c.value != 0 ? all_lanes : 0;
        break;
      case 16:
        std::fill_n(w.lanes<std::uint16_t>(c.offset), 32, std::uint16_t(c.value));
        break;
      case 32:
        std::fill_n(w.lanes<std::uint32_t>(c.offset), 32, std::uint32_t(c.value));
        break;
      default:
        std::fill_n(w.lanes<std::uint64_t>(c.offset), 32, c.value);
    }
}

/// Runs blocks of one launch, one after another.
class BlockRunner {
 public:
  explicit BlockRunner(const Launch& launch) : launch_(launch), kernel_(*launch.kernel) {
    const unsigned threads = launch.block.x * launch.block.y * launch.block.z, warps = (threads + 31) / 32;
    block_.launch = &launch;
    block_.shared_bytes = kernel_.shared_bytes + launch.dynamic_shared_bytes;
    block_.shared_state.resize(block_.shared_bytes);
    block_.executed.resize(kernel_.code.size());
    block_.region_of.resize(kernel_.code.size());
    shared_.resize(block_.shared_bytes + 128);
    block_.shared = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(shared_.data()) + 127) / 128 * 128);
    const std::size_t registers = padded(kernel_.register_bytes), local = padded(kernel_.local_bytes),
                      call = padded(kernel_.call_bytes);
    registers_.resize(registers * warps);
    local_.resize(local * 32 * warps);
    call_.resize(call * 32 * warps);
    block_.warps.resize(warps);
    for (unsigned n = 0; n < warps; ++n) {
      Warp& w = block_.warps[n];
      w.block = &block_;
      w.index = n;
      w.registers = registers_.data() + registers * n;
      w.local = local_.data() + local * 32 * n, w.local_stride = std::uint32_t(local);
      w.call_parameters = call_.data() + call * 32 * n, w.call_stride = std::uint32_t(call);
      const unsigned lanes = std::min(32u, threads - 32 * n);
      w.started = lanes == 32 ? all_lanes : (1u << lanes) - 1;
      fill_constants(w, kernel_);
    }
  }

  /// run(), with the cycles that the block takes.
  std::uint64_t time(Dim3 index) {
    timelines_.assign(block_.warps.size(), WarpTimeline(kernel_));
    for (Warp& w : block_.warps) w.timeline = &timelines_[w.index];
    run(index);
    for (Warp& w : block_.warps) w.timeline = nullptr;
    return std::ranges::max_element(timelines_, {}, &WarpTimeline::now)->now();
  }

  void run(Dim3 index) {
    begin(index);
    for (;;) {
      for (Warp& w : block_.warps) run_warp(w);
      const bool ended = std::ranges::all_of(block_.warps, [](const Warp& w) { return w.groups.empty(); });
      if (ended) return;
      pass_barrier();
    }
  }

  void add_to(Counts& counts) const {
    for (std::size_t i = 0; i < block_.executed.size(); ++i) {
      counts.executed[i] += block_.executed[i];
      counts.warp_instructions += block_.executed[i];
    }
    counts.lane_instructions += block_.lane_instructions;
  }

 private:
  void begin(Dim3 index) {
    block_.index = index;
    std::memset(block_.shared, 0xff, block_.shared_bytes);  // NaN
    std::ranges::fill(block_.shared_state, SharedByte::never_written);
    for (Warp& w : block_.warps) {
      w.alive = w.started;
      w.groups.assign(1, {0, w.started, LaneGroup::State::ready});
      w.copies.clear();
      std::ranges::fill(w.committed, 0u);
      for (const Kernel::SpecialRegister& s : kernel_.specials)
        for (unsigned lane = 0; lane < 32; ++lane)
          w.lanes<std::uint32_t>(s.offset)[lane] = special_value(s.which, launch_, index, 32 * w.index + lane);
    }
  }

  /// Releases the barrier; fails unless all lanes wait at it and none has ended.
  void pass_barrier() {
    for (const Warp& w : block_.warps)
      for (const LaneGroup& g : w.groups) {
        if (g.state != LaneGroup::State::at_barrier)
          fail(w, kernel_.code[std::size_t(g.pc)], unsigned(std::countr_zero(g.mask)),
               "waits for lanes that do not come");
        if (w.groups.size() > 1)
          fail(w, kernel_.code[std::size_t(g.pc)], unsigned(std::countr_zero(g.mask)),
               "a barrier for a part of the lanes: others of the warp wait at another one");
      }
    meet_in_time();
    const auto ended = std::ranges::find_if(block_.warps, [](const Warp& w) { return w.alive != w.started; });
    for (Warp& w : block_.warps)
      for (LaneGroup& g : w.groups) {
        if (ended != block_.warps.end())
          fail(w, kernel_.code[std::size_t(g.pc)], unsigned(std::countr_zero(g.mask)),
               "waits at a barrier for thread " +
                   std::to_string(32 * ended->index + unsigned(std::countr_zero(ended->started & ~ended->alive))) +
                   ", which has ended");
        g.state = LaneGroup::State::ready;
        ++g.pc;
      }
  }

  /// The warps of a timed block leave a barrier together.
  void meet_in_time() {
    if (!block_.warps[0].timeline) return;
    const std::uint64_t last = std::ranges::max_element(timelines_, {}, &WarpTimeline::now)->now();
    for (WarpTimeline& timeline : timelines_) timeline.wait_until(last + barrier_cycles);
  }

  const Launch& launch_;
  const Kernel& kernel_;
  std::vector<WarpTimeline> timelines_;
  Block block_;
  std::vector<std::byte> shared_;
  Buffer registers_, local_, call_;
};

}  // namespace

std::string plain_name(const std::string& mangled) {
  int status = 0;
  // Only mangled names: "f" would demangle to "float".
  char* const text =
      mangled.starts_with("_Z") ? abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status) : nullptr;
  std::string name = text ? text : mangled;
  std::free(text);
  if (const std::size_t end = name.find_first_of("<("); end != name.npos && end > 0 && name[0] != '(') {
    // keeps the part in front of the arguments: "void gs::cuda::(anonymous namespace)::scale<float>(int)"
    std::string without;
    for (std::size_t at = 0; at < name.size(); ++at) {
      if (name.compare(at, 21, "(anonymous namespace)") == 0)
        at += 20;
      else if (name[at] == '<' || name[at] == '(')
        break;
      else
        without += name[at];
    }
    name = without;
  }
  const std::size_t last = name.find_last_of(": ");
  return last == name.npos ? name : name.substr(last + 1);
}

void fail(const Warp& w, const Instruction& i, unsigned lane, const std::string& what) {
  const Launch& launch = *w.block->launch;
  const Kernel& kernel = *launch.kernel;
  const std::size_t index = std::size_t(&i - kernel.code.data());
  const auto three = [](unsigned x, unsigned y, unsigned z) {
    return "(" + std::to_string(x) + "," + std::to_string(y) + "," + std::to_string(z) + ")";
  };
  const unsigned t = 32 * w.index + lane;
  const Dim3 b = launch.block, at = w.block->index;
  throw PtxError("kernel " + plain_name(kernel.name) + ", block " + three(at.x, at.y, at.z) + ", thread " +
                 three(t % b.x, t / b.x % b.y, t / b.x / b.y) + ", " + launch.module->place(kernel.lines[index]) +
                 ": '" + kernel.texts[index] + "' " + what);
}

Counts run(const Launch& launch) {
  const std::int64_t blocks = std::int64_t(launch.grid.x) * launch.grid.y * launch.grid.z;
  const std::int64_t threads_of_block = std::int64_t(launch.block.x) * launch.block.y * launch.block.z;
  const std::string who = "kernel " + plain_name(launch.kernel->name);
  if (blocks == 0) throw PtxError(who + " is launched without blocks");
  if (threads_of_block == 0 || threads_of_block > 1024)
    throw PtxError(who + " is launched with " + std::to_string(threads_of_block) + " threads a block, not 1 to 1024");
  if (launch.parameters.size() < launch.kernel->parameter_bytes)
    throw PtxError(who + " is launched with " + std::to_string(launch.parameters.size()) +
                   " bytes of parameters, not " + std::to_string(launch.kernel->parameter_bytes));
  Counts counts;
  counts.executed.resize(launch.kernel->code.size());
  std::string error;
  const int threads = int(std::min<std::int64_t>(omp_get_max_threads(), blocks));
  const std::int64_t last = blocks - 1, middle = blocks / 2;
#pragma omp parallel num_threads(threads)
  {
    BlockRunner runner(launch);
    const auto run_block = [&](std::int64_t b) {
      bool stopped = false;
#pragma omp critical(gridstride_ptx)
      stopped = !error.empty();
      if (stopped) return;
      const Dim3 index{unsigned(b % launch.grid.x), unsigned(b / launch.grid.x % launch.grid.y),
                       unsigned(b / launch.grid.x / launch.grid.y)};
      try {
        const bool timed = launch.timed && (b == middle || b == last);
        const std::uint64_t cycles = timed ? runner.time(index) : (runner.run(index), 0);
        if (b == middle) counts.block_cycles = cycles;
        if (b == last) counts.last_block_cycles = cycles;
      } catch (const std::exception& e) {
#pragma omp critical(gridstride_ptx)
        if (error.empty()) error = e.what();
      }
    };
#pragma omp for schedule(dynamic)
    for (std::int64_t b = 0; b < last; ++b) run_block(b);
#pragma omp single
    run_block(last);  // it arrives last wherever blocks count their arrivals
#pragma omp critical(gridstride_ptx)
    runner.add_to(counts);
  }
  if (!error.empty()) throw PtxError(error);
  note_launch(launch, counts);
  return counts;
}

}  // namespace gs::ptx
