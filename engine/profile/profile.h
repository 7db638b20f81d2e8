// profile.h - the profile of a training step: the one record behind the table, profile.json, the trace, the page and
// the comparison of two profiles. profiler.h measures it; analysis.h computes shares, rates and bounds from it.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/instruction_counter.h"
#include "engine/profile/peaks.h"
#include "engine/program/op_bound.h"
#include "engine/program/plan.h"

namespace gs {

/// Source of a profile's times.
enum class TimeSource {
  clock,         ///< cpu: the clock before and after each op
  cupti,         ///< cuda: the GPU's timestamps of each kernel, inside the CUDA graph
  events,        ///< cuda without CUPTI: events around each op, run one by one, so nothing overlaps
  counts,        ///< sim: no meaningful times; ops have `counts` instead
  instructions,  ///< ptx: nvcc's kernels are interpreted; ops have `instructions` instead
};

inline bool has_times(TimeSource source) {
  return source != TimeSource::counts && source != TimeSource::instructions;
}

/// Microseconds over the sampled steps: median, p10 (low), p90 (high).
struct Spread {
  double median = 0, low = 0, high = 0;
};

/// Evidence that an op uses tensor cores (tensor_cores_of()); no: none.
enum class TensorCores { no, declared, by_plan, by_kernel_name };

/// One kernel of an op.
struct ProfiledKernel {
  std::string name;  ///< short_kernel_name()
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::size_t shared_bytes = 0;  ///< static + dynamic, per block
  int registers = 0;             ///< per thread; 0: unknown
  double occupancy = 0;          ///< theoretical: resident warps / maximum resident warps; 0: unknown
  int launches = 1;              ///< per step
  Spread us;                     ///< sum over the launches of a step
};

/// The simulator's counts of an op in one step.
struct OpCounts {
  std::int64_t blocks = 0, threads = 0, barriers = 0;
  std::int64_t loads = 0, stores = 0;               ///< per thread, on global memory
  std::int64_t loaded_bytes = 0, stored_bytes = 0;  ///< bytes of those loads and stores
  std::int64_t requests = 0;                        ///< per warp, on global memory
  std::int64_t sectors = 0;                         ///< 32-byte sectors that the requests touch
  std::int64_t wasted_sectors = 0;                  ///< sectors in excess of the requests' bytes
  std::int64_t shared_requests = 0;                 ///< per warp, on shared memory
  std::int64_t bank_conflicts = 0;                  ///< extra turns of the shared requests
  std::int64_t divergent_requests = 0;              ///< requests of either memory by a part of the warp's active lanes

  struct Line {
    std::string place;  ///< "kernels/dense/dense_tiled.cu:31"
    std::int64_t requests = 0, sectors = 0, shared_requests = 0, bank_conflicts = 0, divergent_requests = 0;
    std::int64_t wasted_sectors = 0;
  };
  std::vector<Line> lines;  ///< by source line, the most sectors and conflicts first
};

/// A candidate's time as the tuner measured it, on the same shapes.
struct MeasuredCandidate {
  std::string name;
  double us = 0;
};

/// One op call of the training step.
struct OpProfile {
  std::string name;  ///< "conv2 forward", "dense1 weight gradient", "update"
  Pass pass = Pass::forward;
  std::string implementation, note;
  Cost cost;  ///< from the formula of the op
  TensorCores tensor_cores = TensorCores::no;
  std::vector<ProfiledKernel> kernels;  ///< empty on `cpu`
  int launches = 0;
  Spread us;
  std::vector<double> thread_us;  ///< cpu: median busy time per thread in own kernels; empty for a library's
  std::optional<OpCounts> counts;
  std::optional<InstructionCounts> instructions;
  std::optional<OpBound> bound_on_h200;       ///< from its instructions
  std::vector<MeasuredCandidate> candidates;  ///< the candidates of --impl auto; empty if none were measured
};

/// One op, or one of its kernels, in a sampled step.
struct TimelineEvent {
  int op = 0;                            ///< index in Profile::ops
  std::string kernel;                    ///< empty: the op itself
  int lane = 0;                          ///< concurrent branches have different lanes
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
  double overlap_us = 0;  ///< counted more than once in `ops`, because branches ran concurrently
  double gaps_us = 0;     ///< idle between the first op's start and the last op's end
  double host_us = 0;     ///< before the first op and after the last
  double remainder_us() const { return wall_us - (ops_us - overlap_us + gaps_us + host_us); }
};

struct Profile {
  std::string model;               ///< the network's name: "alexnet"
  std::optional<std::string> run;  ///< folder of the profiled run
  int base = 0, batch = 0;
  std::string input;  ///< "128x128x1"
  std::string device, device_description, precision;
  int threads = 1;
  std::string version, commit, time;  ///< of gridstride; time of the measurement, UTC
  std::vector<std::string> flags;     ///< command line, to repeat the profile

  TimeSource source = TimeSource::clock;
  std::string source_note;  ///< e.g. the reason why CUPTI was not used
  int sampled_steps = 0;
  Peaks peaks;
  std::vector<OpProfile> ops;  ///< in the order of the training step
  TimeSums sums;
  Spread wall_us;                      ///< wall time of a sampled step
  Spread unwatched_us;                 ///< wall time of an uninstrumented step, run between sampled ones
  std::vector<TimelineStep> timeline;  ///< the most typical sampled steps
};

}  // namespace gs
