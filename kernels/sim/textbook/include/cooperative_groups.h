// cooperative_groups.h - groups of threads: the block, tiles of a warp, the lanes that come together. The grid is
// refused: its blocks run one after another.
#pragma once
#include <bit>

#include "kernels/common/kernel.h"

namespace cooperative_groups {

using gs::simulator::Place;

/// The threads of a block.
class thread_block {
 public:
  static void sync(Place where = Place::current()) { gs::sim::__syncthreads(where); }
  static unsigned thread_rank() {
    using namespace gs::simulator;
    return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  }
  static unsigned size() {
    using gs::simulator::blockDim;
    return blockDim.x * blockDim.y * blockDim.z;
  }
  static unsigned num_threads() { return size(); }
  static gs::simulator::dim3 group_dim() { return gs::simulator::blockDim; }
  static gs::simulator::dim3 dim_threads() { return gs::simulator::blockDim; }
  static gs::simulator::uint3 thread_index() { return gs::simulator::threadIdx; }
  static gs::simulator::uint3 group_index() { return gs::simulator::blockIdx; }
};
inline thread_block this_thread_block() {
  return {};
}

/// Some lanes of one warp, in the order of their numbers.
class lanes_of_warp {
 public:
  explicit lanes_of_warp(unsigned mask) : mask_(mask) {}

  unsigned mask() const { return mask_; }
  unsigned size() const { return unsigned(std::popcount(mask_)); }
  unsigned num_threads() const { return size(); }
  unsigned thread_rank() const { return unsigned(std::popcount(mask_ & ((1u << gs::simulator::lane_index()) - 1))); }
  void sync(Place where = Place::current()) const { gs::sim::__syncwarp(mask_, where); }

  template <class T>
  T shfl(T value, unsigned rank, Place where = Place::current()) const {
    return gs::sim::detail::shuffle(mask_, value, int(lane_of(rank % size())), where);
  }
  template <class T>
  T shfl_down(T value, unsigned delta, Place where = Place::current()) const {
    const unsigned rank = thread_rank() + delta;
    return gs::sim::detail::shuffle(mask_, value, int(lane_of(rank < size() ? rank : thread_rank())), where);
  }
  template <class T>
  T shfl_up(T value, unsigned delta, Place where = Place::current()) const {
    const unsigned rank = thread_rank();
    return gs::sim::detail::shuffle(mask_, value, int(lane_of(rank >= delta ? rank - delta : rank)), where);
  }
  template <class T>
  T shfl_xor(T value, unsigned other, Place where = Place::current()) const {
    const unsigned rank = thread_rank() ^ other;
    return gs::sim::detail::shuffle(mask_, value, int(lane_of(rank < size() ? rank : thread_rank())), where);
  }
  unsigned ballot(int predicate, Place where = Place::current()) const {
    const unsigned lanes = gs::sim::__ballot_sync(mask_, predicate, where);
    unsigned ranks = 0;
    for (unsigned rank = 0; rank < size(); ++rank) ranks |= (lanes >> lane_of(rank) & 1u) << rank;
    return ranks;
  }
  int any(int predicate, Place where = Place::current()) const { return gs::sim::__any_sync(mask_, predicate, where); }
  int all(int predicate, Place where = Place::current()) const { return gs::sim::__all_sync(mask_, predicate, where); }

 private:
  unsigned lane_of(unsigned rank) const {
    unsigned left = mask_;
    while (rank-- > 0) left &= left - 1;
    return unsigned(std::countr_zero(left));
  }
  unsigned mask_;
};

/// `size` neighbouring threads of a warp.
template <unsigned size_, class Parent = thread_block>
class thread_block_tile : public lanes_of_warp {
  static_assert(size_ > 0 && size_ <= 32 && (size_ & (size_ - 1)) == 0, "a tile has 1, 2, 4, 8, 16 or 32 threads");

 public:
  thread_block_tile() : lanes_of_warp(mask_of_tile()) {}
  static constexpr unsigned size() { return size_; }
  static constexpr unsigned num_threads() { return size_; }
  unsigned meta_group_rank() const { return thread_block::thread_rank() / size_; }
  unsigned meta_group_size() const { return (thread_block::size() + size_ - 1) / size_; }

 private:
  /// Without the lanes past the end of the block.
  static unsigned mask_of_tile() {
    const unsigned first = thread_block::thread_rank() / size_ * size_;
    const unsigned present = thread_block::size() - first < size_ ? thread_block::size() - first : size_;
    return (present == 32 ? ~0u : (1u << present) - 1) << first % 32;
  }
};
template <unsigned size, class Parent>
thread_block_tile<size, Parent> tiled_partition(const Parent&) {
  return {};
}

/// The lanes that come to this call together.
class coalesced_group : public lanes_of_warp {
 public:
  using lanes_of_warp::lanes_of_warp;
};
inline coalesced_group coalesced_threads(Place where = Place::current()) {
  return coalesced_group(gs::sim::__activemask(where));
}

template <class Group>
void sync(const Group& group, Place where = Place::current()) {
  group.sync(where);
}

}  // namespace cooperative_groups
