// findings.h - what the checker found, as data; the text with its source lines is made when it is asked for.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/sim/check/checker.h"
#include "kernels/sim/check/shadow.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/types.h"

namespace gs::simulator::check {

enum class Problem { race, uninitialised, not_device_memory, before_wait };

/// One of the accesses that a finding is about.
struct Party {
  Access access;
  Kind kind;
};

struct Finding {
  Problem problem;
  Space space;
  std::string kernel, launched_at, detail;
  dim3 grid, block;
  std::uint32_t first_block;  ///< the number of the launch's first block, see Access::block
  std::vector<Party> parties;
};

/// The reports of `findings`, in order.
std::vector<Report> describe(const std::vector<Finding>& findings);

}  // namespace gs::simulator::check
