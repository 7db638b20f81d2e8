// block_census.cpp - positions of a block's threads, for error messages.
#include <algorithm>

#include "kernels/sim/block.h"

namespace gs::simulator {

std::string to_text(uint3 v) {
  return "(" + std::to_string(v.x) + "," + std::to_string(v.y) + "," + std::to_string(v.z) + ")";
}

std::string Block::block_name() const {
  return "kernel " + std::string(launch_->kernel) + " (launched at " + to_string(launch_->geometry.where) +
         "), block " + to_text(blockIdx);
}

/// Positions of the threads [first, end), grouped by place.
std::string Block::census(unsigned first, unsigned end) const {
  struct Group {
    std::string place;
    unsigned count;
    uint3 first;
  };
  std::vector<Group> groups;
  for (unsigned i = first; i < end; i++) {
    const Thread& thread = threads_[i];
    std::string place;
    switch (thread.state) {
      case State::not_started:
        place = "not started";
        break;
      case State::running:
        place = "running";
        break;
      case State::at_barrier:
        place = "at __syncthreads " + to_string(thread.where);
        break;
      case State::in_warp_operation:
        place = "at the warp operation " + to_string(thread.where);
        break;
      case State::at_active_mask:
        place = "at __activemask " + to_string(thread.where);
        break;
      case State::exited:
        place = "exited";
        break;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.place == place; });
    if (group == groups.end())
      groups.push_back({place, 1, thread.index});
    else
      group->count++;
  }
  std::string text;
  for (const Group& group : groups)
    text += (text.empty() ? ": " : "; ") + std::to_string(group.count) + " " + group.place + ", first " +
            to_text(group.first);
  return text;
}

}  // namespace gs::simulator
