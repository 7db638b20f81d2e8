// reduce.h - one value of each lane of a group, combined in a tree.
#pragma once
#include <cooperative_groups.h>

namespace cooperative_groups {

template <class T>
struct plus {
  T operator()(T a, T b) const { return a + b; }
};
template <class T>
struct less {
  T operator()(T a, T b) const { return b < a ? b : a; }
};
template <class T>
struct greater {
  T operator()(T a, T b) const { return a < b ? b : a; }
};
template <class T>
struct bit_and {
  T operator()(T a, T b) const { return a & b; }
};
template <class T>
struct bit_or {
  T operator()(T a, T b) const { return a | b; }
};
template <class T>
struct bit_xor {
  T operator()(T a, T b) const { return a ^ b; }
};

/// Every lane gets the result.
template <class Group, class T, class Operation>
T reduce(const Group& group, T value, Operation operation, Place where = Place::current()) {
  const lanes_of_warp& lanes = group;
  const unsigned size = lanes.size(), rank = lanes.thread_rank();
  for (unsigned distance = std::bit_ceil(size) / 2; distance > 0; distance /= 2) {
    const T other = lanes.shfl_down(value, distance, where);
    if (rank + distance < size && rank < distance) value = operation(value, other);
  }
  return lanes.shfl(value, 0, where);
}

}  // namespace cooperative_groups
