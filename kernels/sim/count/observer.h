// observer.h - watches the requests that the counter forms, so that a picture of them shows what is counted.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/sim/block.h"
#include "kernels/sim/check/spaces.h"
#include "kernels/sim/count/request.h"

namespace gs::simulator::counting {

/// The requests of a warp between two of its meetings.
struct Formed {
  struct Counted {
    Request request;
    RequestCounts counts;
  };
  unsigned warp = 0;
  std::uint32_t living = 0;                                     ///< lanes, at the first of the two
  std::vector<Counted> requests;                                ///< in no certain order
  std::array<std::vector<std::uint32_t>, warp_size> of_lane{};  ///< those that each lane makes, in its own order
};

struct Observer {
  virtual void launch_begins() = 0;
  virtual void block_begins() = 0;
  /// Whether requests() would do anything with those of the running block.
  virtual bool wants_requests() const = 0;
  virtual void requests(const Formed&) = 0;
  /// `logged`: how many accesses of each lane, of the requests that are still to be formed, came before.
  virtual void warp_operation(const WarpMeeting&, const std::array<std::uint32_t, warp_size>& logged) = 0;
  virtual void barrier(Place where) = 0;
  /// Whether the kernel must end at this access of the running thread, which could crash the program.
  virtual bool ends_at(check::Space, std::uintptr_t address, std::size_t bytes, std::uint32_t code) const = 0;

 protected:
  ~Observer() = default;
};

/// Sees all that is counted; null: there is none.
extern constinit Observer* observer;

}  // namespace gs::simulator::counting
