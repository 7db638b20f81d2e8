// findings.h - the checker's findings as data; their text, with source lines, is made on request.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/sim/check/checker.h"
#include "kernels/sim/check/locate.h"
#include "kernels/sim/check/shadow.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/device_memory.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/types.h"

namespace gs::simulator::check {

enum class Problem {
  race,
  uninitialised,
  copy_on_the_way,
  past_shared,
  not_device_memory,
  host_memory,
  null_pointer,
  freed_memory,
  before_wait
};

/// One access of a finding.
struct Party {
  Access access;
  Kind kind;
};

struct Finding {
  Problem problem;
  Space space;
  std::string kernel, launched_at, detail;
  dim3 grid, block;
  std::uint64_t launch = 0;    ///< from 1
  std::uint32_t first_block;   ///< the number of the launch's first block, see Access::block
  std::vector<Party> parties;  ///< the one that was found, then the earlier one that it conflicts with
  Location location;           ///< of the first party's access
  std::optional<FreedRange> freed;
  bool replaces = false;     ///< race: the reader saw a value that the block had written before
  bool adds = false;         ///< race: both threads read the element, change it and write it
  bool handed_on = false;    ///< race: an atomic operation led from one access to the other, without a fence
  std::int64_t threads = 1;  ///< that did the same, one after another; last_thread is the last of them
  std::uint64_t last_thread = 0;
};

/// The reports of `findings`, in order. Findings of the same lines are one.
std::vector<Report> describe(const std::vector<Finding>& findings);

/// The finding in a learner's words. `lines`: the source line of each party ("/home/me/vec.cu:12").
Explanation explain(const Finding&, const std::vector<std::string>& lines);

}  // namespace gs::simulator::check
