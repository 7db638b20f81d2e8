// concat_cost.cpp - the least work of concatenation: every value in and out once, nothing computed.
#include "kernels/concat/concat.h"

namespace gs {

template <class T>
Cost cost(ConcatForward<T>, const Concat& p) {
  return {.flops = 0, .bytes = 2.0 * sizeof(T) * double(p.size())};
}
template <class T>
Cost cost(ConcatBackward<T>, const Concat& p) {
  return {.flops = 0, .bytes = 2.0 * sizeof(T) * double(p.size())};
}

template Cost cost(ConcatForward<float>, const Concat&);
template Cost cost(ConcatForward<bf16>, const Concat&);
template Cost cost(ConcatBackward<float>, const Concat&);
template Cost cost(ConcatBackward<bf16>, const Concat&);

}  // namespace gs
