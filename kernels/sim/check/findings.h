// findings.h - the checker's findings as data; their text, with source lines, is made on request.
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
  std::uint32_t first_block;  ///< the number of the launch's first block, see Access::block
  std::vector<Party> parties;
};

/// The reports of `findings`, in order.
std::vector<Report> describe(const std::vector<Finding>& findings);

}  // namespace gs::simulator::check
