// lanes.h - loops over the lanes of a warp, written so that the compiler vectorises them.
#pragma once
#include "kernels/ptx/warp.h"

namespace gs::ptx {

/// Calls body(lane) for each lane of the mask, in ascending order.
template <class Body>
inline void for_lanes(std::uint32_t mask, Body&& body) {
  if (mask == all_lanes) {
    for (unsigned lane = 0; lane < 32; ++lane) body(lane);
    return;
  }
  for (; mask != 0; mask &= mask - 1) body(unsigned(std::countr_zero(mask)));
}

/// d[lane] = value(lane) for the lanes of the mask. `value` is called for all 32 lanes, so it must not trap.
template <class T, class Value>
inline void set_lanes(T* d, std::uint32_t mask, Value&& value) {
  if (mask == all_lanes) {
#pragma GCC ivdep
    for (unsigned lane = 0; lane < 32; ++lane) d[lane] = value(lane);
  } else {
#pragma GCC ivdep
    for (unsigned lane = 0; lane < 32; ++lane) {
      const T v = value(lane);
      d[lane] = (mask >> lane & 1) != 0 ? v : d[lane];
    }
  }
}

/// Handlers of d = f(a), f(a, b) and f(a, b, c).
template <class D, class A, auto f>
void unary(Warp& w, const Instruction& i, std::uint32_t mask) {
  const A* const a = w.lanes<A>(i.operand[1]);
  set_lanes(w.lanes<D>(i.operand[0]), mask, [=](unsigned l) { return D(f(a[l])); });
}
template <class D, class A, auto f, class B = A>
void binary(Warp& w, const Instruction& i, std::uint32_t mask) {
  const A* const a = w.lanes<A>(i.operand[1]);
  const B* const b = w.lanes<B>(i.operand[2]);
  set_lanes(w.lanes<D>(i.operand[0]), mask, [=](unsigned l) { return D(f(a[l], b[l])); });
}
template <class D, class A, auto f, class C = A>
void ternary(Warp& w, const Instruction& i, std::uint32_t mask) {
  const A *const a = w.lanes<A>(i.operand[1]), *const b = w.lanes<A>(i.operand[2]);
  const C* const c = w.lanes<C>(i.operand[3]);
  set_lanes(w.lanes<D>(i.operand[0]), mask, [=](unsigned l) { return D(f(a[l], b[l], c[l])); });
}

}  // namespace gs::ptx
