// explanation.h - a mistake in a kernel, in the words of the program that made it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernels/sim/types.h"

namespace gs::simulator {

/// An access that is part of a mistake, so that it can be found again in another run of the program.
struct InvolvedAccess {
  std::uint64_t launch = 0;                ///< from 1
  std::uint64_t block = 0;                 ///< in the grid, x fastest
  std::uint32_t thread = 0, barriers = 0;  ///< in the block; that the block had passed
  std::uint32_t code = 0;                  ///< of the instruction, as check/places.h counts
  bool stores = false;
  bool ends_kernel = false;    ///< it was not made
  std::string array, element;  ///< "tile", "tile[32]"
  std::int64_t offset = 0;     ///< bytes from the start of the array
  std::uint32_t bytes = 0;
};

/// One mistake. The parts are lines of text without line ends.
struct Explanation {
  std::string code;                ///< "M03", see `gridstride explain`; empty: nothing is explained
  std::string file;                ///< of the place, as the compiler knows it
  unsigned line = 0;               ///< of the place; 0: unknown
  std::vector<std::string> focus;  ///< what to point at in that line: the first of these words that it has
  bool last_focus = false;         ///< at its last occurrence: what is read, in an assignment
  std::string what;                ///< what happened, in one sentence
  std::vector<std::string> facts;  ///< numbers of this run
  std::string advice;
  std::vector<InvolvedAccess> accesses;  ///< in the order in which they were made
  bool reported = false;                 ///< the race checker has it as a finding, with words of its own

  /// A thread that took part.
  struct Thread {
    uint3 block, thread;
    unsigned line;     ///< where it is; 0: unknown
    std::string does;  ///< "reads", "writes", "waits", "ended", "runs"
  };
  std::vector<Thread> threads;                ///< examples: the thread that the message is about first
  std::map<std::string, std::string> values;  ///< of this run: array, element, index, elements, threads ...
};

}  // namespace gs::simulator
