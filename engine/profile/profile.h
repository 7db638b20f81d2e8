// profile.h - where the time of a training step goes: the one record that the table, profile.json, the trace, the page
// and the comparison of two profiles are made of. Measuring fills it (profiler.h); what follows from it by arithmetic
// (shares, rates, bounds, advice) is in analysis.h.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/instruction_counter.h"
#include "engine/profile/roof.h"
#include "engine/program/plan.h"

namespace gs {

/// Where a profile's times come from.
enum class TimeSource {
  clock,         ///< cpu: the clock before and after each op
  cupti,         ///< cuda: the GPU's own timestamps of each kernel, from inside the CUDA graph
  events,        ///< cuda where CUPTI is refused: events around each op, run one by one, so nothing overlaps
  counts,        ///< sim: time means nothing there; ops have `counts` instead
  instructions,  ///< ptx: nvcc's kernels are interpreted; ops have `instructions` instead
};

inline bool has_times(TimeSource source) {
  return source != TimeSource::counts && source != TimeSource::instructions;
}

/// Microseconds over the sampled steps: the median and the tenth and ninetieth percentile.
struct Spread {
  double median = 0, low = 0, high = 0;
};

/// What runs an op's products, as far as it is known, and how it is known.
enum class TensorCores { no, declared, by_plan, by_kernel_name };

/// One kernel of an op. Empty list: the device has no kernels (cpu).
struct ProfiledKernel {
  std::string name;  ///< as in the source, without template arguments spelled out by the compiler's mangling
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< static and dynamic, of a block
  int registers = 0;             ///< of a thread; 0: unknown
  double occupancy = 0;          ///< resident warps / most resident warps, from registers and shared memory; 0: unknown
  int launches = 1;              ///< in one step
  Spread us;                     ///< all launches of one step together
};

/// What the simulator counted of an op in one step.
struct OpCounts {
  std::int64_t blocks = 0, threads = 0, barriers = 0;
  std::int64_t loads = 0, stores = 0;               ///< instructions of threads on global memory
  std::int64_t loaded_bytes = 0, stored_bytes = 0;  ///< what they ask for
  std::int64_t requests = 0;                        ///< instructions of warps on global memory
  std::int64_t sectors = 0;                         ///< of 32 bytes, that those touch
  std::int64_t wasted_sectors = 0;                  ///< of those, beyond what each request's bytes fill
  std::int64_t shared_requests = 0;                 ///< instructions of warps on shared memory
  std::int64_t bank_conflicts = 0;                  ///< extra turns that those take
  std::int64_t divergent_requests = 0;              ///< of both, made by a part of the warp's living lanes

  struct Line {
    std::string place;  ///< "kernels/dense/dense_tiled.cu:31"
    std::int64_t requests = 0, sectors = 0, shared_requests = 0, bank_conflicts = 0, divergent_requests = 0;
    std::int64_t wasted_sectors = 0;
  };
  std::vector<Line> lines;  ///< by source line, most sectors and conflicts first
};

/// How long an implementation took where the tuner measured it, on the same shapes.
struct MeasuredCandidate {
  std::string name;
  double us = 0;
};

/// One step of the program's list in the profile.
struct OpProfile {
  std::string name;  ///< "conv2 forward", "dense1 weight gradient", "update"
  Pass pass = Pass::forward;
  std::string implementation, note;
  Cost cost;  ///< counted by hand from the formula
  TensorCores tensor_cores = TensorCores::no;
  std::vector<ProfiledKernel> kernels;
  int launches = 0;
  Spread us;
  std::vector<double> thread_us;  ///< cpu: median busy time of each thread in own kernels; empty where a library runs
  std::optional<OpCounts> counts;
  std::optional<InstructionCounts> instructions;
  std::vector<MeasuredCandidate> candidates;  ///< what --impl auto chose from; empty where nothing was measured
};

/// One op (or one of its kernels) at its time in a sampled step.
struct TimelineEvent {
  int op = 0;                            ///< index in Profile::ops
  std::string kernel;                    ///< empty: the op itself
  int lane = 0;                          ///< branches that run at the same time have different lanes
  double start_us = 0, duration_us = 0;  ///< from the start of the step
};
struct TimelineStep {
  double wall_us = 0;
  std::vector<TimelineEvent> events;
};

/// Parts of a step's wall time, medians of the sampled steps. By construction
///   wall = ops - overlap + gaps + host + remainder.
struct TimeSums {
  double wall_us = 0;
  double ops_us = 0;      ///< the sum of all ops
  double overlap_us = 0;  ///< counted more than once in `ops`, because branches ran at the same time
  double gaps_us = 0;     ///< nothing ran between the first op's start and the last one's end
  double host_us = 0;     ///< before the first op and after the last: what the engine does round the step's calls
  double remainder_us() const { return wall_us - (ops_us - overlap_us + gaps_us + host_us); }
};

struct Profile {
  std::string model;               ///< the network's name: "alexnet"
  std::optional<std::string> run;  ///< the folder of the run that was looked into
  int base = 0, batch = 0;
  std::string input;  ///< "128x128x1"
  std::string device, device_description, precision;
  int threads = 1;
  std::string version, commit, time;  ///< of gridstride; when it was measured, UTC
  std::vector<std::string> flags;     ///< what the profile was asked for with, to be repeated

  TimeSource source = TimeSource::clock;
  std::string source_note;  ///< why events and not CUPTI, and the like
  int sampled_steps = 0;
  Roof roof;
  std::vector<OpProfile> ops;  ///< in the order of the step list
  TimeSums sums;
  Spread wall_us;                      ///< of a sampled step
  Spread unwatched_us;                 ///< of a step that nobody looks into, measured beside it
  std::vector<TimelineStep> timeline;  ///< a few sampled steps
};

}  // namespace gs
