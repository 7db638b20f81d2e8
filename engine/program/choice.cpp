// choice.cpp - the default table of implementations. `--impl default` never times anything, so its results repeat.
#include "engine/program/choice.h"

namespace gs {
namespace {

// A dense layer of a few rows is a matrix-vector product: the weights are read once, memory is the bound, and the own
// kernels read them as they lie, where oneDNN would first copy them into its own layout.
bool dense_pays(const Dense& d, Target target) {
  return target == Target::cuda && d.out >= 16;
}

}  // namespace

bool library_pays(Conv2dForward, const Conv2d&, Target) {
  return true;
}
bool library_pays(Conv2dDataGradient, const Conv2d&, Target) {
  return true;
}
bool library_pays(Conv2dFilterGradient, const Conv2d&, Target) {
  return true;
}
bool library_pays(DenseForward, const Dense& d, Target t) {
  return dense_pays(d, t);
}
bool library_pays(DenseDataGradient, const Dense& d, Target t) {
  return dense_pays(d, t);
}
bool library_pays(DenseFilterGradient, const Dense& d, Target t) {
  return dense_pays(d, t);
}

}  // namespace gs
