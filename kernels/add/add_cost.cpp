// add_cost.cpp - the least work of residual addition and its gradient. Only the elements of skip that y reads are
// counted as input; all of dskip is output.
#include "kernels/add/add.h"

namespace gs {
namespace {
/// The elements of skip that y reads.
double read(const Add& p) {
  return double(p.n) * p.h * p.w * p.skip_c;
}
}  // namespace

template <class T>
Cost cost(AddForward<T>, const Add& p) {
  return {.flops = read(p) + (p.relu ? double(p.size()) : 0), .bytes = sizeof(T) * (2.0 * double(p.size()) + read(p))};
}
template <class T>
Cost cost(AddSkipBackward<T>, const Add& p) {
  return {.flops = 0, .bytes = sizeof(T) * (read(p) + double(p.skip_size()))};
}
template <class T>
Cost cost(SumGradients<T>, const Sum& p) {
  return {.flops = double(p.size), .bytes = 3.0 * sizeof(T) * double(p.size)};
}

template Cost cost(AddForward<float>, const Add&);
template Cost cost(AddForward<bf16>, const Add&);
template Cost cost(AddSkipBackward<float>, const Add&);
template Cost cost(AddSkipBackward<bf16>, const Add&);
template Cost cost(SumGradients<float>, const Sum&);
template Cost cost(SumGradients<bf16>, const Sum&);

}  // namespace gs
